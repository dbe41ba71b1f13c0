#include "core/base/schedule.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.hpp"

namespace freshet {
namespace {

constexpr unix_seconds minute = 60;
constexpr unix_seconds hour = 60 * minute;
constexpr unix_seconds day = 24 * hour;
/// Whatever comes at all comes within two leap years, of which the second may be eight years away.
constexpr int days_looked_ahead = 8 * 366 + 1;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> macros{{{"@yearly", "0 0 1 1 *"},
                                                                               {"@monthly", "0 0 1 * *"},
                                                                               {"@weekly", "0 0 * * 0"},
                                                                               {"@daily", "0 0 * * *"},
                                                                               {"@midnight", "0 0 * * *"},
                                                                               {"@hourly", "0 * * * *"}}};

struct field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> names{};
  /// Of the first name.
  int first_name = 0;
};
constexpr std::array<field, 5> fields{{{"minute", 0, 59},
                                       {"hour", 0, 23},
                                       {"day of the month", 1, 31},
                                       {"month", 1, 12, month_names, 1},
                                       {"day of the week", 0, 7, day_names, 0}}};

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find_first_of(separators);
    if (end != 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

std::optional<int> number_of(std::string_view text) {
  int number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> value_of(std::string_view text, const field& of) {
  for (std::size_t place = 0; place < of.names.size(); ++place) {
    if (text == of.names[place]) return of.first_name + static_cast<int>(place);
  }
  const auto number = number_of(text);
  if (!number || *number < of.low || *number > of.high) return std::nullopt;
  return number;
}

/// One element of a list: *, a, a-b, each with /step.
template <std::size_t Size>
bool add_range(std::string_view text, const field& of, std::bitset<Size>& to) {
  int step = 1;
  const auto slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto given = number_of(text.substr(slash + 1));
    if (!given || *given < 1) return false;
    step = *given;
    text = text.substr(0, slash);
  }
  int first = of.low;
  int last = of.high;
  if (text != "*") {
    const auto dash = text.find('-');
    const auto from = value_of(text.substr(0, dash), of);
    const auto until = dash == std::string_view::npos ? from : value_of(text.substr(dash + 1), of);
    if (!from || !until || *until < *from) return false;
    first = *from;
    // "5/10" is from 5 on.
    if (dash != std::string_view::npos || slash == std::string_view::npos) last = *until;
  }
  for (int value = first; value <= last; value += step) to.set(static_cast<std::size_t>(value));
  return true;
}

template <std::size_t Size>
status read_field(std::string_view text, const field& of, std::bitset<Size>& to) {
  const bool ends_open = text.front() == ',' || text.back() == ',';
  for (const auto part : split(text, ",")) {
    if (!add_range(part, of, to) || ends_open) {
      return error{error_code::invalid_argument, "the " + std::string(of.name) + " " + in_quotes(text) + " is not " +
                                                     std::to_string(of.low) + ".." + std::to_string(of.high) +
                                                     ", *, a range, a list or a step"};
    }
  }
  return success{};
}

/// "6h" -> 21600; nothing for what is no interval.
std::optional<unix_seconds> interval_of(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  constexpr std::array<std::pair<char, unix_seconds>, 4> units{{{'s', 1}, {'m', minute}, {'h', hour}, {'d', day}}};
  const auto unit = std::ranges::find(units, text.back(), &std::pair<char, unix_seconds>::first);
  const auto number = number_of(text.substr(0, text.size() - 1));
  if (unit == units.end() || !number || *number < 1) return std::nullopt;
  return *number * unit->second;
}

}  // namespace

result<schedule> schedule::parse(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  schedule made;
  if (const auto interval = interval_of(lower)) {
    made.interval_ = *interval;
    return made;
  }
  for (const auto& [name, meaning] : macros) {
    if (lower == name) lower = meaning;
  }
  const auto parts = split(lower, " \t");
  if (parts.size() != fields.size()) {
    return error{error_code::invalid_argument, in_quotes(text) +
                                                   " is neither an interval such as 6h nor five fields as in a crontab "
                                                   "(minute hour day month weekday), such as 0 2 * * 0"};
  }
  FRESHET_TRY(read_field(parts[0], fields[0], made.minutes_));
  FRESHET_TRY(read_field(parts[1], fields[1], made.hours_));
  FRESHET_TRY(read_field(parts[2], fields[2], made.days_));
  FRESHET_TRY(read_field(parts[3], fields[3], made.months_));
  FRESHET_TRY(read_field(parts[4], fields[4], made.weekdays_));
  if (made.weekdays_.test(7)) made.weekdays_.set(0);
  made.days_given_ = !parts[2].starts_with('*');
  made.weekdays_given_ = !parts[4].starts_with('*');
  if (made.first_after(0) == 0) {
    return error{error_code::invalid_argument, in_quotes(text) + " names a day that never comes"};
  }
  return made;
}

bool schedule::falls_on(unix_seconds day_start) const {
  const std::chrono::sys_days date{std::chrono::days(day_start / day)};
  const std::chrono::year_month_day calendar(date);
  if (!months_.test(unsigned(calendar.month()))) return false;
  const bool on_day = days_.test(unsigned(calendar.day()));
  const bool on_weekday = weekdays_.test(std::chrono::weekday(date).c_encoding());
  return days_given_ && weekdays_given_ ? on_day || on_weekday : on_day && on_weekday;
}

unix_seconds schedule::first_after(unix_seconds now) const {
  const unix_seconds earliest = (now / minute + 1) * minute;
  unix_seconds date = earliest / day * day;
  for (int looked = 0; looked < days_looked_ahead; ++looked, date += day) {
    if (!falls_on(date)) continue;
    for (int at_hour = 0; at_hour < 24; ++at_hour) {
      if (!hours_.test(static_cast<std::size_t>(at_hour))) continue;
      for (int at_minute = 0; at_minute < 60; ++at_minute) {
        const unix_seconds time = date + at_hour * hour + at_minute * minute;
        if (time >= earliest && minutes_.test(static_cast<std::size_t>(at_minute))) return time;
      }
    }
  }
  return 0;
}

unix_seconds schedule::next(unix_seconds last, unix_seconds now) const {
  return interval_ > 0 ? std::max(last + interval_, now) : first_after(now);
}

}  // namespace freshet
