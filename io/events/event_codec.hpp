// What:   bytes on the wire into an event, or into the reason why not; and an event into bytes.
// Why:    every producer spells events its own way; the spellings of spec "Interaction events" and CloudEvents 1.0
//         (binary and structured mode) are understood here and nowhere else.
// Reading: ids may be JSON integers (their decimal text is the id), never fractions; qty, value and ts may be numbers
//         or the text of one ("2"), since file-to-Kafka connectors send text; 2.0 is the integer 2, 2.5 is none; the
//         fraction of a ts is dropped. null is absent. A field that stands twice under one name is refused; under
//         several names the first of event_fields.hpp counts. `properties` keep their bytes, less white space.
// CloudEvents: source + " " + id is the event id. `time` stands in for a missing ts, `type` for a missing event type.
// Errors: never throws, whatever the bytes. A rejection names the field, the value and the remedy.
// Cost:   about half a microsecond for a record of 150 bytes.
// Threads: an event_decoder holds a parser's buffers: one per thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "core/base/clock.hpp"
#include "core/data/event.hpp"

namespace freshet {

/// Why a record is not an event; the label of the rejection counter.
enum class rejection_reason {
  not_json,
  not_an_object,
  missing_field,
  bad_id,          // empty, longer than 256 bytes, not UTF-8
  bad_number,      // not finite, not an integer, out of range
  bad_time,        // not a time, before 1990, more than a day ahead
  bad_type,        // a field of the wrong JSON type
  not_stored,      // a good event that the log did not take; it may be sent again
  repeated_field,  // the same member twice: which one was meant?
};
[[nodiscard]] std::string_view to_string(rejection_reason reason);

struct rejection {
  rejection_reason reason{};
  /// "ts: 'yesterday' is not a time; give unix seconds, unix milliseconds or RFC 3339"
  std::string message;
};

using decoded_event = std::variant<event, rejection>;
using record_headers = std::span<const std::pair<std::string, std::string>>;

class event_decoder {
 public:
  /// `time` decides what lies absurdly far ahead, and is the `ts` of an event that CloudEvents lets go without one.
  explicit event_decoder(const clock& time);
  ~event_decoder();

  /// One JSON object: the canonical fields, their accepted spellings, or a structured CloudEvent. `headers` with a
  /// `ce_specversion` make it a CloudEvent in binary mode, whose (source, id) is the event id.
  decoded_event decode(std::string_view json, record_headers headers = {});

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Checks ids, numbers and time of an event that came in another form (CSV, Parquet); `properties` are not looked at.
[[nodiscard]] std::variant<std::monostate, rejection> validate(const event& candidate, const clock& time);

/// The canonical JSON object of a valid event, on one line; decode gives the event back.
[[nodiscard]] std::string encode(const event& value);

}  // namespace freshet
