// What:   events and items out of NDJSON: one JSON object a line.
// Rules:  events in every form that event_codec.hpp understands. With a column map, the mapped members are renamed to
//         their fields first (and only these lines pay for it).
#pragma once

#include <memory>

#include "core/base/clock.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/input_stream.hpp"

namespace freshet {

[[nodiscard]] std::unique_ptr<event_reader> read_ndjson_events(std::unique_ptr<input_stream> input, column_map columns,
                                                               const clock& time);
[[nodiscard]] std::unique_ptr<item_reader> read_ndjson_items(std::unique_ptr<input_stream> input,
                                                             const read_options& options);

}  // namespace freshet
