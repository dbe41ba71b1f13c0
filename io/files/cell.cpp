#include "io/files/cell.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"

namespace freshet {
namespace {

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(spaces) + 1));
  return text;
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 1 && text.front() == '+' && text[1] != '-') text.remove_prefix(1);
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> without_fraction(double number) {
  if (std::trunc(number) != number || std::abs(number) >= 0x1p63) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

bool is_empty(const cell& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return text->empty();
  if (const auto* number = std::get_if<double>(&value)) return std::isnan(*number);
  return std::holds_alternative<std::monostate>(value);
}

std::string text_of(const cell& value) {
  return std::visit(overloaded{
                        [](std::monostate) { return std::string(); },
                        [](std::string_view text) { return std::string(text); },
                        [](std::int64_t number) { return std::to_string(number); },
                        [](double number) {
                          if (const auto whole = without_fraction(number)) return std::to_string(*whole);
                          if (!std::isfinite(number)) return std::string(number > 0 ? "inf" : "-inf");
                          std::string text;
                          append_json_number(text, number);
                          return text;
                        },
                        [](bool is_true) { return std::string(is_true ? "true" : "false"); },
                        [](cell_time time) { return to_rfc3339(time.seconds); },
                    },
                    value);
}

std::optional<std::int64_t> whole_number_of(const cell& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return without_fraction(*number);
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return std::nullopt;
  if (const auto number = parsed<std::int64_t>(*text)) return number;
  const auto number = parsed<double>(*text);
  return number ? without_fraction(*number) : std::nullopt;
}

std::optional<double> number_of(const cell& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return static_cast<double>(*number);
  const auto* text = std::get_if<std::string_view>(&value);
  return text != nullptr ? parsed<double>(*text) : std::nullopt;
}

std::optional<unix_seconds> time_of(const cell& value) {
  if (const auto* time = std::get_if<cell_time>(&value)) return time->seconds;
  if (const auto* text = std::get_if<std::string_view>(&value)) return parse_timestamp(trimmed(*text));
  const auto number = whole_number_of(value);
  if (number) return from_epoch_number(*number);
  const auto* fractional = std::get_if<double>(&value);
  if (fractional == nullptr || !(std::abs(*fractional) < 0x1p62)) return std::nullopt;
  return from_epoch_number(static_cast<std::int64_t>(std::floor(*fractional)));
}

}  // namespace freshet
