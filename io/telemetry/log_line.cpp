#include "io/telemetry/log_line.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>

#include "core/base/text.hpp"

namespace freshet {
namespace {

void append_utc_with_milliseconds(std::string& out, std::chrono::system_clock::time_point at) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  // Thousands of lines have the same second.
  thread_local std::time_t second_before = -1;
  thread_local std::array<char, 80> text{};
  thread_local std::size_t length = 0;
  if (seconds != second_before) {
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S.", &parts);
    second_before = seconds;
  }
  out.append(text.data(), length);
  const auto part = static_cast<int>(milliseconds % 1000);
  for (const int place : {100, 10, 1}) out += static_cast<char>('0' + part / place % 10);
  out += 'Z';
}

/// At most the allowed bytes, not ending inside a character.
std::string_view cut(std::string_view message) {
  if (message.size() <= log_line_bytes_max) return message;
  std::size_t end = log_line_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0) == 0x80) --end;
  return message.substr(0, end);
}

}  // namespace

std::string_view to_string(log_level level) {
  switch (level) {
    case log_level::debug:
      return "DEBUG";
    case log_level::info:
      return "INFO";
    case log_level::warning:
      return "WARNING";
    case log_level::error:
      return "ERROR";
  }
  return "ERROR";
}

std::optional<log_level> parse_log_level(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (upper == "DEBUG") return log_level::debug;
  if (upper == "INFO") return log_level::info;
  if (upper == "WARNING" || upper == "WARN") return log_level::warning;
  if (upper == "ERROR" || upper == "CRITICAL") return log_level::error;
  return std::nullopt;
}

void append_log_line(std::string& lines, log_format format, std::chrono::system_clock::time_point at, log_level level,
                     std::string_view message) {
  const std::string_view kept = cut(message);
  if (format == log_format::json) {
    lines += "{\"timestamp\":\"";
    append_utc_with_milliseconds(lines, at);
    lines += "\",\"level\":\"";
    lines += to_string(level);
    lines += "\",\"message\":";
    append_json_string(lines, kept);
    lines += "}\n";
    return;
  }
  append_utc_with_milliseconds(lines, at);
  lines += ' ';
  lines += to_string(level);
  lines += ' ';
  append_printable(lines, kept);
  if (kept.size() < message.size()) lines += "...";
  lines += '\n';
}

}  // namespace freshet
