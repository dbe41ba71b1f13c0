// What: one log entry as the bytes of one line.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "config/options.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

inline constexpr std::size_t log_line_bytes_max = 16 << 10;

/// "INFO", "WARNING", ...: the words that log viewers and the documents look for.
[[nodiscard]] std::string_view to_string(log_level level);

/// Text: `2026-11-23T10:15:00.123Z INFO message`. JSON: `{"timestamp":..., "level":..., "message":...}`.
/// Ends with a line break and holds no other. A longer message is cut.
void append_log_line(std::string& lines, log_format format, std::chrono::system_clock::time_point at, log_level level,
                     std::string_view message);

}  // namespace freshet
