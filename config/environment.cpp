#include "config/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

#include "config/later_settings.hpp"
#include "config/settings.hpp"

namespace freshet {

namespace {

std::string trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

bool is_name(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) == 0 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

// 'verbatim', "quoted", or plain up to a comment.
std::string unquote(const std::string& text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'')) {
    const auto end = text.find(text.front(), 1);
    if (end != std::string::npos) return text.substr(1, end - 1);
  }
  return trim(std::string_view(text).substr(0, text.find(" #")));
}

bool is_known(const std::string& key) {
  if (find_setting(key) != nullptr || is_later_setting(key)) return true;
  return std::any_of(setting_families().begin(), setting_families().end(),
                     [&key](const setting_family& family) { return key.starts_with(family.prefix); });
}

result<std::string> read_secret(const std::string& name, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) {
    return error{error_code::io_failure, name + " names the file " + path + ", which cannot be read"};
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::string simplified(std::string_view name) {
  std::string letters;
  std::copy_if(name.begin(), name.end(), std::back_inserter(letters), [](char c) { return c != '_'; });
  return letters;
}

// FRESHET_SERVER_PORT was meant as FRESHET_SERVER__PORT.
std::optional<std::string> likely_name(const std::string& name) {
  for (const auto& declared : all_settings()) {
    const auto right = environment_name(declared.key);
    if (name != right && simplified(name) == simplified(right)) return right;
  }
  return std::nullopt;
}

void add_old_names(const environment_variables& variables, const std::string& source, assignments& to) {
  for (const auto& declared : all_settings()) {
    for (auto name = declared.environment.rbegin(); name != declared.environment.rend(); ++name) {
      const auto found = variables.find(*name);
      if (found == variables.end() || found->second.empty()) continue;
      to.push_back({declared.key, found->second, source + *name});
    }
  }
}

void add_warnings(const environment_variables& variables, const std::string& source, std::vector<std::string>& to) {
  std::vector<std::string> recsys_names;
  for (const auto& declared : all_settings()) {
    for (const auto& name : declared.environment) {
      if (name.starts_with("RECSYS_")) recsys_names.push_back(name);
    }
  }
  for (const auto& [name, value] : variables) {
    if (name.starts_with("RECSYS_") &&
        std::find(recsys_names.begin(), recsys_names.end(), name) == recsys_names.end()) {
      to.push_back(source + name + " has no effect; did you mean " + nearest_key(name, recsys_names) + "?");
    } else if (name.starts_with("FRESHET_") && !key_of_environment_name(name)) {
      if (const auto right = likely_name(name))
        to.push_back(source + name + " has no effect; did you mean " + *right + "?");
    }
  }
}

}  // namespace

environment_variables process_environment() {
  environment_variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

result<environment_variables> read_dotenv(const std::filesystem::path& path) {
  environment_variables variables;
  std::ifstream file(path);
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    std::string text = trim(line);
    if (text.empty() || text.front() == '#') continue;
    if (text.starts_with("export ")) text = trim(std::string_view(text).substr(7));
    const auto equals = text.find('=');
    const std::string name = trim(std::string_view(text).substr(0, equals));
    if (equals == std::string::npos || !is_name(name)) {
      return error{error_code::invalid_argument,
                   path.string() + ":" + std::to_string(number) + ": expected NAME=VALUE"};
    }
    variables[name] = unquote(trim(std::string_view(text).substr(equals + 1)));
  }
  return variables;
}

result<environment_settings> settings_in(const environment_variables& variables, const std::string& source) {
  environment_settings found;
  add_old_names(variables, source, found.values);
  add_warnings(variables, source, found.warnings);
  for (const auto& [name, value] : variables) {
    auto key = key_of_environment_name(name);
    if (!key) continue;
    constexpr std::string_view file_ending = "_file";
    if (key->ends_with(file_ending)) {
      const std::string plain = key->substr(0, key->size() - file_ending.size());
      if (is_known(plain)) {
        if (variables.contains(name.substr(0, name.size() - file_ending.size()))) {
          return error{error_code::invalid_argument,
                       source + name + " and the same name without _FILE are both set; keep one"};
        }
        FRESHET_ASSIGN(std::string secret, read_secret(source + name, value));
        found.values.push_back({plain, std::move(secret), source + name});
        continue;
      }
    }
    found.values.push_back({*key, value, source + name});
  }
  return found;
}

}  // namespace freshet
