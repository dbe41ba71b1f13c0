#include "io/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "io/http/framing.hpp"
#include "io/http/status_text.hpp"

namespace freshet::http {
namespace {

void append_number(std::string& buffer, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  buffer.append(digits.data(), end);
}

void append_safely(std::string& buffer, std::string_view text) {
  const auto start = buffer.size();
  buffer += text;
  std::replace_if(
      buffer.begin() + static_cast<std::ptrdiff_t>(start), buffer.end(),
      [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; }, ' ');
}

/// Fields that belong to this layer; an application that sets them is not followed.
bool is_ours(std::string_view name) {
  for (const std::string_view ours :
       {"content-length", "transfer-encoding", "connection", "content-type", "date", "x-request-id"}) {
    if (equal_ignoring_case(name, ours)) return true;
  }
  return false;
}

}  // namespace

void append_head(std::string& buffer, const response& out, const response_head& head) {
  if (out.status == 200) {
    buffer += "HTTP/1.1 200 OK\r\n";
  } else {
    buffer += "HTTP/1.1 ";
    append_number(buffer, out.status);
    buffer += ' ';
    buffer += status_text(out.status);
    buffer += "\r\n";
  }
  if (!out.content_type.empty() && out.status != 204) {
    buffer += "Content-Type: ";
    append_safely(buffer, out.content_type);
    buffer += "\r\n";
  }
  if (out.status != 204 && out.status != 304) {
    buffer += "Content-Length: ";
    append_number(buffer, head.content_length);
    buffer += "\r\n";
  }
  buffer += head.date_line;
  buffer += "X-Request-Id: ";
  buffer += head.request_id;
  buffer += "\r\n";
  if (head.close) {
    buffer += "Connection: close\r\n";
  } else if (head.tell_keep_alive) {
    buffer += "Connection: keep-alive\r\n";
  }
  for (const auto& [name, value] : out.headers) {
    if (name.empty() || is_ours(name)) continue;
    append_safely(buffer, name);
    buffer += ": ";
    append_safely(buffer, value);
    buffer += "\r\n";
  }
  buffer += "\r\n";
}

std::string date_line(std::int64_t unix_seconds) {
  constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  // strftime would name days in the language of the process.
  std::array<char, 48> text;
  const int length = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                   days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                   months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                                   utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace freshet::http
