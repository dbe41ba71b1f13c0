#include "config/later_settings.hpp"

#include <algorithm>

namespace freshet {

const std::vector<std::string>& later_settings() {
  static const std::vector<std::string> all{"paths.processed"};
  return all;
}

bool is_later_setting(std::string_view key) {
  const auto& all = later_settings();
  return std::any_of(all.begin(), all.end(), [key](const std::string& known) {
    return known.ends_with('.') ? key.starts_with(known) : key == known;
  });
}

bool is_later_file(std::string_view file_name) {
  return file_name == "als_config.yaml" || file_name == "alerts_config.yaml";
}

}  // namespace freshet
