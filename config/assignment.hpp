// What: one value given to one key, and by whom. The sources of settings yield these; the loader applies them.
#pragma once

#include <string>
#include <vector>

namespace freshet {

struct assignment {
  std::string key;
  std::string value;
  /// "config/freshet.yaml:12", "environment API_PORT", "command line".
  std::string origin;
  /// It was written as a list; `value` then holds the entries with commas between them.
  bool is_list = false;
};
using assignments = std::vector<assignment>;

}  // namespace freshet
