// What:  one value of a table, and what it is as text, whole number, number or time.
// Rules: numbers and times in text may have spaces around them, ids and texts are taken as they stand. A whole number
//        may be written as 6.0, which is how data frames write columns that have gaps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/clock.hpp"

namespace freshet {

/// A value of a Parquet timestamp column, already in seconds.
struct cell_time {
  unix_seconds seconds{};
};
/// No value, text, or what a typed column holds. Texts belong to the table.
using cell = std::variant<std::monostate, std::string_view, std::int64_t, double, bool, cell_time>;

/// No value, a text of no characters, or a number that is none (how data frames write a gap).
[[nodiscard]] bool is_empty(const cell& value);
[[nodiscard]] std::string text_of(const cell& value);
[[nodiscard]] std::optional<std::int64_t> whole_number_of(const cell& value);
/// Any spelling that strtod would take, infinity and NaN included; the caller checks.
[[nodiscard]] std::optional<double> number_of(const cell& value);
[[nodiscard]] std::optional<unix_seconds> time_of(const cell& value);

}  // namespace freshet
