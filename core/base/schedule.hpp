// What:   when something is to be done again and again: five fields as in crontab(5), or an interval.
//             "0 2 * * 0"  Sundays at 02:00      "*/15 8-18 * * mon-fri"      "@daily"      "6h", "30m", "90s", "7d"
// Fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday); each *, numbers, names of months
//         and days, ranges, lists, steps. Where both days are given, either is enough. @yearly @monthly @weekly @daily
//         @hourly. Times are UTC, as in the logs.
// Errors: invalid_argument naming the part that cannot be read, or a date that never comes.
// Why not a library: Debian 12 has none for C++.
#pragma once

#include <bitset>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace freshet {

class schedule {
 public:
  static result<schedule> parse(std::string_view text);

  /// Of a crontab: its first time after `now`. Of an interval: `last` plus the interval, or `now` where that is past.
  unix_seconds next(unix_seconds last, unix_seconds now) const;

 private:
  schedule() = default;
  bool falls_on(unix_seconds day_start) const;
  unix_seconds first_after(unix_seconds now) const;

  /// 0 = a crontab.
  unix_seconds interval_ = 0;
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;
  /// Whether a day of the month, or of the week, was named.
  bool days_given_ = false;
  bool weekdays_given_ = false;
};

}  // namespace freshet
