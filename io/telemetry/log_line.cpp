#include "io/telemetry/log_line.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <ctime>

#include "core/base/text.hpp"

namespace freshet {
namespace {

std::string utc_with_milliseconds(std::chrono::system_clock::time_point at) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[80];
  const int length =
      std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                    parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<int>(milliseconds % 1000));
  return std::string(text, static_cast<std::size_t>(length));
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

std::string format_log_line(log_format format, std::chrono::system_clock::time_point at, log_level level,
                            std::string_view message) {
  const std::string_view kept = cut(message);
  std::string line;
  line.reserve(kept.size() + 80);
  if (format == log_format::json) {
    line += "{\"timestamp\":\"" + utc_with_milliseconds(at) + "\",\"level\":\"";
    line += to_string(level);
    line += "\",\"message\":";
    append_json_string(line, kept);
    line += "}\n";
    return line;
  }
  line += utc_with_milliseconds(at);
  line += ' ';
  line += to_string(level);
  line += ' ';
  append_printable(line, kept);
  if (kept.size() < message.size()) line += "...";
  line += '\n';
  return line;
}

}  // namespace freshet
