#include "config/stored_settings.hpp"

#include <algorithm>

#include "config/later_settings.hpp"
#include "config/settings.hpp"
#include "config/yaml_file.hpp"

namespace freshet {
namespace {

error refused(const std::string& sentence) {
  return {error_code::invalid_argument, sentence};
}

status check_value(const setting& declared, const std::string& value) {
  options scratch;
  if (declared.set(scratch, value)) return success{};
  return refused(declared.key + " is \"" + value + "\"; expected " + declared.accepts);
}

status check_value(const setting_family& family, const std::string& key, const std::string& value) {
  options scratch;
  if (family.set(scratch, key.substr(family.prefix.size()), value)) return success{};
  return refused(key + " is \"" + value + "\"; expected " + family.accepts);
}

status check_key(const std::string& key) {
  if (key == "store.path") return refused("store.path says where the stored settings are, so it cannot be one of them");
  if (is_secret(key) || key.starts_with("security.api_keys.")) {
    return refused(key + " is a secret, which must not lie in the database; use a file of its own and its _FILE name");
  }
  return success{};
}

status check(const std::string& key, const std::optional<std::string>& value) {
  FRESHET_TRY(check_key(key));
  if (const auto* declared = find_setting(key)) return value ? check_value(*declared, *value) : status(success{});
  for (const auto& family : setting_families()) {
    if (!key.starts_with(family.prefix) || key.size() == family.prefix.size()) continue;
    return value ? check_value(family, key, *value) : status(success{});
  }
  if (is_later_setting(key)) return refused(key + " has no effect in this version");
  std::vector<std::string> known;
  for (const auto& declared : all_settings()) known.push_back(declared.key);
  return refused("unknown setting " + key + "; did you mean " + nearest_key(key, known) + "?");
}

/// A scalar of YAML in double quotes.
std::string quoted(const std::string& value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::filesystem::path stored_settings_file(const std::filesystem::path& database) {
  return database / "settings.yaml";
}

result<std::map<std::string, std::string>> read_stored_settings(const std::filesystem::path& database) {
  std::map<std::string, std::string> stored;
  const auto path = stored_settings_file(database);
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown)) return stored;
  FRESHET_ASSIGN(const auto given, read_yaml_file(path));
  for (const auto& each : given) stored[each.key] = each.value;
  return stored;
}

result<std::string> changed_stored_settings(const std::filesystem::path& database,
                                            const std::map<std::string, std::optional<std::string>>& changes) {
  FRESHET_ASSIGN(auto stored, read_stored_settings(database));
  for (const auto& [key, value] : changes) {
    FRESHET_TRY(check(key, value));
    if (value) {
      stored[key] = *value;
    } else {
      stored.erase(key);
    }
  }
  std::string text = "# Written by freshet configure; the weakest source of settings but for the defaults.\n";
  for (const auto& [key, value] : stored) text += key + ": " + quoted(value) + "\n";
  return text;
}

}  // namespace freshet
