#include "io/http/parameters.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <limits>

#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with('+')) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  if (failed == std::errc::result_out_of_range) {
    using limits = std::numeric_limits<std::int64_t>;
    return text.starts_with('-') ? limits::min() : limits::max();
  }
  return number;
}

std::optional<bool> parse_flag(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array<std::string_view, 6> yes{"true", "1", "yes", "on", "t", "y"};
  constexpr std::array<std::string_view, 6> no{"false", "0", "no", "off", "f", "n"};
  if (std::find(yes.begin(), yes.end(), lower) != yes.end()) return true;
  if (std::find(no.begin(), no.end(), lower) != no.end()) return false;
  return std::nullopt;
}

refusal read_text(const request& in, std::string_view name, std::optional<std::string>& out) {
  for (const auto& [key, value] : in.query) {
    if (key != name) continue;
    if (out) return problem(400, std::string(name) + " is given more than once; give it once", in);
    out = value;
  }
  return std::nullopt;
}

refusal read_integer(const request& in, std::string_view name, integer_range allowed, std::size_t& out) {
  std::optional<std::string> text;
  if (auto refused = read_text(in, name, text)) return refused;
  if (!text) return std::nullopt;
  const auto number = parse_integer(*text);
  if (!number) return problem(422, std::string(name) + ": " + in_quotes(*text) + " is not an integer", in);
  if (*number < allowed.min || *number > allowed.max) {
    const bool bounded = allowed.max < std::numeric_limits<std::int64_t>::max();
    return problem(400,
                   std::string(name) + ": " + in_quotes(*text) + " is out of range; give " +
                       (bounded ? "" : "at least ") + std::to_string(allowed.min) +
                       (bounded ? " to " + std::to_string(allowed.max) : ""),
                   in);
  }
  out = static_cast<std::size_t>(*number);
  return std::nullopt;
}

refusal read_number(const request& in, std::string_view name, number_range allowed, std::optional<double>& out) {
  std::optional<std::string> text;
  if (auto refused = read_text(in, name, text)) return refused;
  if (!text) return std::nullopt;
  double number = 0;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failed == std::errc::invalid_argument || end != text->data() + text->size()) {
    return problem(422, std::string(name) + ": " + in_quotes(*text) + " is not a number", in);
  }
  if (failed != std::errc() || !(number >= allowed.min && number <= allowed.max)) {
    std::string sentence = std::string(name) + ": " + in_quotes(*text) + " is out of range; give ";
    append_json_number(sentence, allowed.min);
    sentence += " to ";
    append_json_number(sentence, allowed.max);
    return problem(400, sentence, in);
  }
  out = number;
  return std::nullopt;
}

refusal read_flag(const request& in, std::string_view name, bool& out) {
  std::optional<std::string> text;
  if (auto refused = read_text(in, name, text)) return refused;
  if (!text) return std::nullopt;
  const auto flag = parse_flag(*text);
  if (!flag) return problem(422, std::string(name) + ": " + in_quotes(*text) + " is neither true nor false", in);
  out = *flag;
  return std::nullopt;
}

refusal read_required_id(const request& in, std::string_view name, std::string& out) {
  std::optional<std::string> text;
  if (auto refused = read_text(in, name, text)) return refused;
  if (!text) return problem(422, "query parameter \"" + std::string(name) + "\" is required", in);
  if (const auto bad = check_id(name, *text)) return problem(400, bad->message, in);
  out = *std::move(text);
  return std::nullopt;
}

}  // namespace freshet::http
