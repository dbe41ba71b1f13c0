#include "io/http/filter_text.hpp"

#include <algorithm>
#include <array>

#include "core/base/check.hpp"
#include "core/base/text.hpp"

namespace freshet::http {
namespace {

void append_quoted(std::string& out, char quote, std::string_view text) {
  out += quote;
  for (const char c : text) {
    if (c == quote || c == '\\') out += '\\';
    out += c;
  }
  out += quote;
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_word_of_grammar(std::string_view name) {
  constexpr std::array<std::string_view, 9> words{"and", "or", "not", "in", "is", "null", "true", "false", "age_days"};
  const auto same_letters = [&](std::string_view word) {
    return std::ranges::equal(name, word, [](char a, char b) { return (a | 0x20) == b || a == b; });
  };
  return std::ranges::any_of(words, same_letters);
}

/// Whether the grammar reads the name as one without backquotes.
bool is_plain(std::string_view name) {
  return !name.empty() && is_letter(name.front()) && !is_word_of_grammar(name) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '.'; });
}

}  // namespace

void filter_text::begin(std::string_view attribute) {
  if (!text_.empty()) text_ += " and ";
  if (is_plain(attribute)) {
    text_ += attribute;
  } else {
    append_quoted(text_, '`', attribute);
  }
}

void filter_text::append(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    append_quoted(text_, '"', *text);
  } else if (const auto* number = std::get_if<double>(&value)) {
    append_json_number(text_, *number);
  } else {
    text_ += std::get<bool>(value) ? "true" : "false";
  }
}

void filter_text::equal(std::string_view attribute, const attribute_value& value) {
  begin(attribute);
  text_ += " = ";
  append(value);
}

void filter_text::any_of(std::string_view attribute, std::span<const attribute_value> values) {
  FRESHET_CHECK(!values.empty());
  begin(attribute);
  const char* separator = " in (";
  for (const auto& value : values) {
    text_ += separator;
    append(value);
    separator = ",";
  }
  text_ += ')';
}

void filter_text::bounded(std::string_view attribute, std::string_view by, double bound) {
  begin(attribute);
  text_ += by;
  append_json_number(text_, bound);
}

}  // namespace freshet::http
