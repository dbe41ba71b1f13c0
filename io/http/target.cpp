#include "io/http/target.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace freshet::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Everything from the path on: an absolute target loses its scheme and authority.
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    const auto same_letter = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    if (target.size() < scheme.size() ||
        !std::equal(scheme.begin(), scheme.end(), target.begin(), [&](char s, char t) { return same_letter(t, s); })) {
      continue;
    }
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    break;
  }
  return target;
}

status parse_query(std::string_view text, field_list& out) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::string_view name = pair.substr(0, pair.find('='));
    const std::string_view value = pair.substr(std::min(name.size() + 1, pair.size()));
    FRESHET_ASSIGN(std::string decoded_name, percent_decode(name, decode_as::query));
    FRESHET_ASSIGN(std::string decoded_value, percent_decode(value, decode_as::query));
    out.emplace_back(std::move(decoded_name), std::move(decoded_value));
  }
  return success{};
}

}  // namespace

std::string_view encoded_path(std::string_view target) {
  target = without_authority(target);
  target = target.substr(0, target.find('?'));
  return target.empty() ? std::string_view("/") : target;
}

result<std::string> percent_decode(std::string_view text, decode_as part) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && part == decode_as::query) {
      out += ' ';
    } else if (text[at] != '%') {
      out += text[at];
    } else {
      const int high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
      if (high < 0 || low < 0) {
        return error{error_code::invalid_argument, "The target has a broken percent escape, \"" +
                                                       std::string(text.substr(at, 3)) +
                                                       "\"; write a literal percent sign as %25"};
      }
      const char byte = static_cast<char>(high * 16 + low);
      if (byte == '/' && part == decode_as::path) {
        out += "%2F";
      } else {
        out += byte;
      }
      at += 2;
    }
  }
  return out;
}

status parse_target(std::string_view target, request& out) {
  out.target = target;
  out.query.clear();
  if (target == "*") {
    out.path = target;
    return success{};
  }
  const std::string_view rest = without_authority(target);
  const bool absolute = rest.size() < target.size();
  if (!rest.starts_with('/') && !(absolute && (rest.empty() || rest.front() == '?'))) {
    return error{error_code::invalid_argument, "The target must start with a slash"};
  }
  if (target.find('#') != std::string_view::npos) {
    return error{error_code::invalid_argument, "The target has a fragment; leave out \"#\" and what follows it"};
  }
  FRESHET_ASSIGN(out.path, percent_decode(encoded_path(target), decode_as::path));
  const auto question_mark = rest.find('?');
  if (question_mark == std::string_view::npos) return success{};
  return parse_query(rest.substr(question_mark + 1), out.query);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view marks = "-._~";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain || marks.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace freshet::http
