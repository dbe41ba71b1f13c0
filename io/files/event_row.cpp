#include "io/files/event_row.hpp"

#include <boost/json.hpp>
#include <cmath>
#include <limits>

#include "core/base/text.hpp"
#include "io/events/json_span.hpp"

namespace freshet {
namespace {

rejection refused(rejection_reason reason, event_field field, const cell& value, std::string_view remedy) {
  return rejection{reason,
                   std::string(to_string(field)) + ": " + in_quotes(text_of(value)) + " " + std::string(remedy)};
}

rejection missing(event_field field) {
  return rejection{rejection_reason::missing_field, std::string(to_string(field)) + ": is empty; give a value"};
}

bool is_json_object(std::string_view text) {
  boost::json::error_code failure;
  const auto document = boost::json::parse({text.data(), text.size()}, failure);
  return !failure && document.is_object();
}

}  // namespace

/// The field's cell, nothing where there is no column or the cell is empty.
const cell* event_row_parser::find(std::span<const cell> cells, event_field field) const {
  const auto column = columns_[static_cast<std::size_t>(field)];
  return column && !is_empty(cells[*column]) ? &cells[*column] : nullptr;
}

decoded_event event_row_parser::parse(std::span<const cell> cells) const {
  event out;
  for (const auto& [field, text] : {std::pair{event_field::user_id, &out.user_id},
                                    {event_field::item_id, &out.item_id},
                                    {event_field::event_type, &out.event_type},
                                    {event_field::event_id, &out.event_id},
                                    {event_field::session_id, &out.session_id},
                                    {event_field::recommendation_id, &out.recommendation_id},
                                    {event_field::properties, &out.properties}}) {
    if (const cell* value = find(cells, field)) *text = text_of(*value);
  }
  if (out.user_id.empty()) return missing(event_field::user_id);
  if (out.item_id.empty()) return missing(event_field::item_id);

  const cell* ts = find(cells, event_field::ts);
  if (ts == nullptr) return missing(event_field::ts);
  const auto seconds = time_of(*ts);
  if (!seconds) {
    return refused(rejection_reason::bad_time, event_field::ts, *ts,
                   "is not a time; give unix seconds, unix milliseconds or RFC 3339");
  }
  out.ts = *seconds;

  if (const cell* qty = find(cells, event_field::qty)) {
    const auto number = whole_number_of(*qty);
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
    if (!number || *number > most || *number < -most) {
      return refused(rejection_reason::bad_number, event_field::qty, *qty,
                     "is not a whole number; give one from -2147483647 to 2147483647");
    }
    out.qty = static_cast<std::int32_t>(*number);
  }
  if (const cell* value = find(cells, event_field::value)) {
    const auto number = number_of(*value);
    // In the negative so that NaN is refused too; infinities and what only a double holds would not survive the float.
    if (!number || !(std::abs(*number) <= static_cast<double>(std::numeric_limits<float>::max()))) {
      return refused(rejection_reason::bad_number, event_field::value, *value,
                     "is not a finite number; give 0 to 3.4e38");
    }
    out.value = static_cast<float>(*number);
  }
  if (!out.properties.empty()) {
    if (!is_json_object(out.properties)) {
      return refused(rejection_reason::bad_type, event_field::properties, *find(cells, event_field::properties),
                     "is not a JSON object; give one or leave it empty");
    }
    out.properties = without_white_space(out.properties);
  }
  if (auto verdict = validate(out, time_); auto* why = std::get_if<rejection>(&verdict)) return std::move(*why);
  return out;
}

}  // namespace freshet
