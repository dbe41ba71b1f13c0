#include <algorithm>
#include <cctype>
#include <utility>

#include "config/settings.hpp"

namespace freshet {

namespace {

std::string_view last_part(std::string_view key) {
  return key.substr(key.rfind('.') + 1);
}

}  // namespace

const setting* find_setting(std::string_view key) {
  for (const auto& declared : all_settings()) {
    if (declared.key == key) return &declared;
  }
  return nullptr;
}

std::string environment_name(std::string_view key) {
  std::string name = "FRESHET_";
  for (const char letter : key) {
    if (letter == '.') {
      name += "__";
    } else {
      name += static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    }
  }
  return name;
}

std::optional<std::string> key_of_environment_name(std::string_view name) {
  constexpr std::string_view front = "FRESHET_";
  if (!name.starts_with(front)) return std::nullopt;
  name.remove_prefix(front.size());
  if (name != "PROFILE" && name.find("__") == std::string_view::npos) return std::nullopt;
  std::string key;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 2) == "__") {
      key += '.';
      ++i;
    } else {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
    }
  }
  return key;
}

bool is_secret(std::string_view key) {
  for (const std::string_view word : {"password", "secret", "api_key", "key.pem", "token", "sasl.jaas"}) {
    if (key.find(word) != std::string_view::npos) return true;
  }
  return false;
}

std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

std::string nearest_key(std::string_view unknown, std::span<const std::string> known) {
  std::string nearest;
  std::size_t best = std::string_view::npos;
  for (const auto& key : known) {
    // A right name in the wrong section is nearer than another name in the right one.
    const auto distance = std::min(edit_distance(unknown, key), edit_distance(last_part(unknown), last_part(key)) + 1);
    if (distance >= best) continue;
    best = distance;
    nearest = key;
  }
  return nearest;
}

}  // namespace freshet
