// What:   the attributes of an item that decide whether it may be shown, and what their values must be.
//           hidden           true: in no answer
//           available_from   the first second in which it may be shown
//           available_until  the first second in which it may not be shown any more
// Forms:  a time as timestamp.hpp reads it: unix seconds or milliseconds, or a text such as "2026-11-23T10:15:00Z".
//         hidden is true or false; tables, which know no truth values, may write 1 or 0.
// Errors: another value, or a window that ends before it begins: a problem that names the attribute.
#pragma once

#include <optional>
#include <variant>

#include "core/base/clock.hpp"
#include "core/data/item.hpp"
#include "io/files/table.hpp"

namespace freshet {

struct item_availability {
  bool hidden = false;
  std::optional<unix_seconds> from;
  std::optional<unix_seconds> until;

  friend bool operator==(const item_availability&, const item_availability&) = default;
};

[[nodiscard]] std::variant<item_availability, row_problem> read_availability(const item& value);

}  // namespace freshet
