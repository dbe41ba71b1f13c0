#include "io/events/json_span.hpp"

#include "core/base/check.hpp"

namespace freshet {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// The place after the string that starts at `at`.
std::size_t after_string(std::string_view json, std::size_t at) {
  while (true) {
    const std::size_t quote = json.find('"', at + 1);
    FRESHET_CHECK(quote != std::string_view::npos, "a string without end");
    // An odd number of backslashes before it makes the quote part of the string.
    std::size_t backslashes = 0;
    while (json[quote - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    at = quote;
  }
}

/// The comma or bracket behind the value that starts at `at`.
std::size_t after_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = after_string(json, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return at;
}

}  // namespace

std::string_view member_text(std::string_view object, std::size_t position) {
  std::size_t at = object.find('{') + 1;
  while (true) {
    at = after_string(object, object.find('"', at));
    at = object.find(':', at) + 1;
    while (is_space(object[at])) ++at;
    std::size_t end = after_value(object, at);
    if (position == 0) {
      while (is_space(object[end - 1])) --end;
      return object.substr(at, end - at);
    }
    FRESHET_CHECK(end < object.size() && object[end] == ',', "the object has fewer members");
    --position;
    at = end + 1;
  }
}

std::vector<std::string_view> element_texts(std::string_view array) {
  std::vector<std::string_view> out;
  std::size_t at = array.find('[') + 1;
  while (true) {
    while (is_space(array[at])) ++at;
    if (array[at] == ']') return out;  // Only an empty array has nothing before its bracket.
    const std::size_t behind = after_value(array, at);
    FRESHET_CHECK(behind < array.size(), "an array without end");
    std::size_t end = behind;
    while (is_space(array[end - 1])) --end;
    out.push_back(array.substr(at, end - at));
    if (array[behind] == ']') return out;
    at = behind + 1;
  }
}

std::string without_white_space(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      const std::size_t end = after_string(json, at);
      out.append(json, at, end - at);
      at = end;
    } else {
      if (!is_space(json[at])) out += json[at];
      ++at;
    }
  }
  return out;
}

}  // namespace freshet
