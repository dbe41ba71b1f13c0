// What:   a row of a table as an event, or the reason why not.
// Rules:  an empty optional cell is a field that is not given; `qty` is then 1. Whole and typed user and item ids
//         become their decimal text.
// Errors: a rejection names the column, the value and the remedy.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "core/base/clock.hpp"
#include "io/events/event_codec.hpp"
#include "io/files/cell.hpp"
#include "io/files/column_map.hpp"

namespace freshet {

class event_row_parser {
 public:
  event_row_parser(event_columns columns, const clock& time) : columns_(columns), time_(time) {}
  [[nodiscard]] decoded_event parse(std::span<const cell> cells) const;

 private:
  const cell* find(std::span<const cell> cells, event_field field) const;

  event_columns columns_;
  const clock& time_;
};

}  // namespace freshet
