#include "io/events/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace freshet {
namespace {

constexpr std::int64_t milliseconds_from = 100'000'000'000;

/// Reads a text from left to right; every step says whether it was there.
class reader {
 public:
  explicit reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool accept(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  bool digits(std::size_t count, int& number) {
    if (rest_.size() < count) return false;
    number = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  /// At least one digit, all of them passed over.
  bool skip_digits() {
    const std::size_t end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(end);
    return end > 0;
  }

 private:
  std::string_view rest_;
};

std::optional<unix_seconds> parse_number(std::string_view text) {
  std::int64_t whole = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (failed != std::errc()) return std::nullopt;
  reader rest(text.substr(static_cast<std::size_t>(end - text.data())));
  if (rest.accept('.') && !rest.skip_digits()) return std::nullopt;
  if (!rest.at_end()) return std::nullopt;
  return from_epoch_number(whole);
}

bool parse_date(reader& in, unix_seconds& seconds) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!in.digits(4, year) || !in.accept('-') || !in.digits(2, month) || !in.accept('-') || !in.digits(2, day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  seconds = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86400};
  return true;
}

/// "08:26", "08:26:00", "08:26:00.123"
bool parse_time_of_day(reader& in, unix_seconds& seconds) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!in.digits(2, hour) || !in.accept(':') || !in.digits(2, minute)) return false;
  if (in.accept(':')) {
    if (!in.digits(2, second)) return false;
    if (in.accept('.') && !in.skip_digits()) return false;
  }
  // A leap second is written :60.
  if (hour > 23 || minute > 59 || second > 60) return false;
  seconds += hour * 3600 + minute * 60 + second;
  return true;
}

/// "Z", "+01:00", "+0100" or nothing.
bool parse_zone(reader& in, unix_seconds& seconds) {
  if (in.at_end()) return true;
  if (in.accept('Z') || in.accept('z')) return in.at_end();
  const bool east = in.accept('+');
  if (!east && !in.accept('-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.digits(2, hours)) return false;
  in.accept(':');
  if (!in.digits(2, minutes) || hours > 23 || minutes > 59) return false;
  const int offset = hours * 3600 + minutes * 60;
  seconds += east ? -offset : offset;
  return in.at_end();
}

}  // namespace

unix_seconds from_epoch_number(std::int64_t number) {
  return number >= milliseconds_from ? number / 1000 : number;
}

std::optional<unix_seconds> parse_timestamp(std::string_view text) {
  if (const auto number = parse_number(text)) return number;
  reader in(text);
  unix_seconds seconds = 0;
  if (!parse_date(in, seconds)) return std::nullopt;
  if (in.at_end()) return seconds;
  if (!in.accept('T') && !in.accept('t') && !in.accept(' ')) return std::nullopt;
  if (!parse_time_of_day(in, seconds) || !parse_zone(in, seconds)) return std::nullopt;
  return seconds;
}

std::string to_rfc3339(unix_seconds time) {
  // Years outside 0..9999 have no RFC 3339 spelling.
  constexpr unix_seconds first = -62'167'219'200;
  constexpr unix_seconds last = 253'402'300'799;
  const std::chrono::sys_seconds instant{std::chrono::seconds(std::clamp(time, first, last))};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock_time(instant - day);
  char text[40];
  const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                                   unsigned(date.month()), unsigned(date.day()), int(clock_time.hours().count()),
                                   int(clock_time.minutes().count()), int(clock_time.seconds().count()));
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace freshet
