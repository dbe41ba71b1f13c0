#include "core/base/text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace freshet {
namespace {

/// Length of the UTF-8 sequence that `text` starts with, 0 when it starts with none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto follows = [&](std::size_t at, unsigned low, unsigned high) {
    return at < text.size() && byte(at) >= low && byte(at) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    // 0xe0 could be overlong, 0xed could spell a surrogate.
    const unsigned low = lead == 0xe0 ? 0xa0 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    // 0xf0 could be overlong, 0xf4 could lie beyond U+10FFFF.
    const unsigned low = lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xf4 ? 0x8f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(c);
  out += "\\u00";
  out += digits[byte >> 4];
  out += digits[byte & 15];
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// Appends `text` escaped; stops before the character that would pass `bytes_max`. Returns the bytes read.
std::size_t append_escaped(std::string& out, std::string_view text, std::size_t bytes_max) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t plain = at;
    while (plain < text.size() && plain < bytes_max && is_plain(text[plain])) ++plain;
    out.append(text, at, plain - at);
    at = plain;
    if (at >= text.size()) break;
    const std::size_t length = sequence_length(text.substr(at));
    const std::size_t step = length == 0 ? 1 : length;
    if (at + step > bytes_max) break;
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (length == 1) {
      append_escape(out, text[at]);
    } else {
      out.append(text, at, length);
    }
    at += step;
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequence_length(bytes.substr(at));
    if (length == 0) return false;
    at += length;
  }
  return true;
}

bool has_control_characters(std::string_view bytes) {
  // No exit inside the loop: most texts hold none, and without one the compiler can take many bytes at a time.
  bool found = false;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    found |= byte < 0x20 || byte == 0x7f;
  }
  return found;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text, text.size());
  out += '"';
}

void append_json_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
  } else {
    append_number(out, number);
  }
}

void append_json_number(std::string& out, float number) {
  if (!std::isfinite(number)) {
    out += "null";
  } else {
    append_number(out, number);
  }
}

void append_json_integer(std::string& out, std::int64_t number) {
  append_number(out, number);
}
void append_json_unsigned(std::string& out, std::uint64_t number) {
  append_number(out, number);
}

void append_printable(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto hex = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::string{digits[byte >> 4], digits[byte & 15]};
  };
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t plain = at;
    while (plain < text.size() && text[plain] >= ' ' && text[plain] <= '~') ++plain;
    out.append(text, at, plain - at);
    at = plain;
    if (at == text.size()) return;
    const std::string_view rest = text.substr(at);
    const std::size_t length = sequence_length(rest);
    if (length == 0) {
      out += "\\x" + hex(rest[0]);
    } else if (length == 1) {
      append_escape(out, rest[0]);
    } else if (length == 2 && rest[0] == '\xc2' && static_cast<unsigned char>(rest[1]) < 0xa0) {
      out += "\\u00" + hex(rest[1]);
    } else if (rest.starts_with("\xe2\x80\xa8")) {
      out += "\\u2028";
    } else if (rest.starts_with("\xe2\x80\xa9")) {
      out += "\\u2029";
    } else {
      out.append(rest, 0, length);
    }
    at += length == 0 ? 1 : length;
  }
}

std::string in_quotes(std::string_view value, std::size_t bytes_max) {
  std::string out = "\"";
  const std::size_t read = append_escaped(out, value, bytes_max);
  out += read < value.size() ? "...\"" : "\"";
  return out;
}

}  // namespace freshet
