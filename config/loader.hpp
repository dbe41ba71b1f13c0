// What:   the effective settings: flags > environment > .env > YAML files, the later the stronger > those stored in the
//         database (stored_settings.hpp) > defaults. Which database that is, the others say: store.path.
// Errors: invalid_argument that lists every problem, one a line: an unknown key with the nearest known one, a value of
//         the wrong type or out of bounds, each with key, value, what is accepted and where it came from. Values of
//         secrets are not repeated.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/environment.hpp"
#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

struct settings_sources {
  /// "section.key" -> value of the command line.
  std::map<std::string, std::string> flags;
  environment_variables environment;
  /// Empty = none.
  std::filesystem::path dotenv;
  /// YAML files, and directories of them.
  std::vector<std::filesystem::path> files;
  /// Whether those of the database count.
  bool with_stored = true;
};

struct loaded_settings {
  options values;
  /// Where each setting came from that is not a default.
  std::map<std::string, std::string> origins;
  /// Sentences for the operator: settings that have no effect in this version, names that are probably misspelled.
  std::vector<std::string> warnings;
};

[[nodiscard]] result<loaded_settings> load_settings(const settings_sources& sources);

}  // namespace freshet
