// What: builders of rows of the settings table, one for each kind of value. Internal to config/.
// How:  `At` maps options, constant or not, to the field: [](auto& o) -> auto& { return o.server.port; }.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/settings.hpp"

/// The field `member` of constant and of mutable options.
#define FRESHET_AT(member) \
  [](auto& o) -> auto& {   \
    return o.member;       \
  }

namespace freshet::setting_kinds {

inline bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if constexpr (std::is_floating_point_v<Number>) {
    if (!std::isfinite(number)) return std::nullopt;
  }
  return number;
}

/// Shortest text that reads back as the same number.
template <class Number>
std::string to_text(Number number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  return {text, end};
}

template <class Field>
struct number_of {
  using type = Field;
};
template <class Count, class Period>
struct number_of<std::chrono::duration<Count, Period>> {
  using type = Count;
};

/// Integers, floating point and durations; a duration is given in its own unit.
template <class At>
setting number(std::string key, At at, double low, double high, std::string documentation,
               std::vector<std::string> environment = {}) {
  using field = std::remove_cvref_t<decltype(at(std::declval<options&>()))>;
  using value = typename number_of<field>::type;
  const std::string accepts = std::string(std::is_integral_v<value> ? "a whole number" : "a number") + " from " +
                              to_text(static_cast<value>(low)) + " to " + to_text(static_cast<value>(high));
  const auto set = [at, low, high](options& o, std::string_view text) {
    const auto parsed = parse_number<value>(text);
    if (!parsed || *parsed < static_cast<value>(low) || *parsed > static_cast<value>(high)) return false;
    at(o) = field(*parsed);
    return true;
  };
  const auto get = [at](const options& o) {
    if constexpr (std::is_same_v<field, value>) {
      return to_text(at(o));
    } else {
      return to_text(at(o).count());
    }
  };
  return {
      std::move(key), setting_kind::number, std::move(documentation), accepts, std::move(environment), false, set, get};
}

template <class At>
setting text(std::string key, At at, std::string documentation, std::vector<std::string> environment = {}) {
  const auto set = [at](options& o, std::string_view value) {
    at(o) = value;
    return true;
  };
  return {std::move(key),
          setting_kind::text,
          std::move(documentation),
          "text",
          std::move(environment),
          false,
          set,
          [at](const options& o) { return at(o); }};
}

/// Text that `accepted` takes.
template <class At, class Accepted>
setting checked_text(std::string key, At at, Accepted accepted, std::string accepts, std::string documentation) {
  auto declared = text(std::move(key), at, std::move(documentation));
  declared.accepts = std::move(accepts);
  declared.set = [at, accepted](options& o, std::string_view value) {
    if (!accepted(value)) return false;
    at(o) = value;
    return true;
  };
  return declared;
}

template <class At>
setting boolean(std::string key, At at, std::string documentation, std::vector<std::string> environment = {}) {
  const auto set = [at](options& o, std::string_view value) {
    constexpr std::string_view yes[] = {"true", "yes", "on", "1"};
    constexpr std::string_view no[] = {"false", "no", "off", "0"};
    const auto same = [value](std::string_view word) { return equal_ignoring_case(word, value); };
    const bool is_yes = std::any_of(std::begin(yes), std::end(yes), same);
    if (!is_yes && std::none_of(std::begin(no), std::end(no), same)) return false;
    at(o) = is_yes;
    return true;
  };
  return {std::move(key),
          setting_kind::boolean,
          std::move(documentation),
          "true or false",
          std::move(environment),
          false,
          set,
          [at](const options& o) { return std::string(at(o) ? "true" : "false"); }};
}

/// One of a few words, upper or lower case; `field` may be an enum or a string that holds the word.
template <class Field>
using choices_of = std::vector<std::pair<std::string, Field>>;

template <class At, class Field = std::remove_cvref_t<decltype(std::declval<At>()(std::declval<options&>()))>>
setting choice(std::string key, At at, choices_of<Field> choices, std::string documentation,
               std::vector<std::string> environment = {}) {
  std::string accepts = "one of";
  for (std::size_t i = 0; i < choices.size(); ++i) accepts += (i == 0 ? " " : ", ") + choices[i].first;
  const auto set = [at, choices](options& o, std::string_view text) {
    for (const auto& [word, value] : choices) {
      if (!equal_ignoring_case(word, text)) continue;
      at(o) = value;
      return true;
    }
    return false;
  };
  const auto get = [at, choices](const options& o) {
    for (const auto& [word, value] : choices) {
      if (value == at(o)) return word;
    }
    return std::string();
  };
  return {
      std::move(key), setting_kind::choice, std::move(documentation), accepts, std::move(environment), false, set, get};
}

/// "a, b" -> a, b.
inline std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const auto first = entry.find_first_not_of(" \t");
    if (first == std::string_view::npos) continue;
    entries.emplace_back(entry.substr(first, entry.find_last_not_of(" \t") - first + 1));
  }
  return entries;
}

/// Texts without commas, each of which `accepted` takes.
template <class At, class Accepted>
setting list(std::string key, At at, Accepted accepted, std::string accepts, std::string documentation) {
  const auto set = [at, accepted](options& o, std::string_view text) {
    auto entries = split_list(text);
    if (!std::all_of(entries.begin(), entries.end(), accepted)) return false;
    at(o) = std::move(entries);
    return true;
  };
  const auto get = [at](const options& o) {
    std::string text;
    for (const auto& entry : at(o)) text += (text.empty() ? "" : ", ") + entry;
    return text;
  };
  return {std::move(key), setting_kind::list, std::move(documentation), std::move(accepts), {}, false, set, get};
}

inline setting live(setting declared) {
  declared.live = true;
  return declared;
}

}  // namespace freshet::setting_kinds
