// What:   scalars of a query string as values, with the problem of surface A and /v1 when they are not.
// Errors: 422 for a text that is no such value, 400 for one out of range or given twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "io/http/message.hpp"

namespace freshet::http {

/// Decimal digits with an optional sign and nothing else; a number beyond int64 becomes its nearest bound, so that it
/// is out of any range rather than no number.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
/// true, false, 1, 0, yes, no, on, off, in any case: what FastAPI's users send.
[[nodiscard]] std::optional<bool> parse_flag(std::string_view text);

/// Nothing wrong, or the finished answer.
using refusal = std::optional<response>;

struct integer_range {
  std::int64_t min;
  std::int64_t max;
};

/// Each leaves `out` as it is when the parameter is not given.
[[nodiscard]] refusal read_text(const request& in, std::string_view name, std::optional<std::string>& out);
[[nodiscard]] refusal read_integer(const request& in, std::string_view name, integer_range allowed, std::size_t& out);
[[nodiscard]] refusal read_flag(const request& in, std::string_view name, bool& out);
/// A number from `min` to `max`; infinity and NaN are none.
struct number_range {
  double min;
  double max;
};
[[nodiscard]] refusal read_number(const request& in, std::string_view name, number_range allowed,
                                  std::optional<double>& out);
/// A user or item id; 422 when it is missing.
[[nodiscard]] refusal read_required_id(const request& in, std::string_view name, std::string& out);

}  // namespace freshet::http
