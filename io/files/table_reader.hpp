// What: events and items out of a table: the columns bound once, each row parsed and validated.
#pragma once

#include <memory>
#include <string_view>

#include "core/base/clock.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/item_row.hpp"
#include "io/files/table.hpp"

namespace freshet {

/// `name` is what errors call the file.
[[nodiscard]] result<std::unique_ptr<event_reader>> read_events(std::unique_ptr<table> rows,
                                                                const read_options& options, const clock& time,
                                                                std::string_view name);
[[nodiscard]] result<std::unique_ptr<item_reader>> read_items(std::unique_ptr<table> rows, const read_options& options,
                                                              text_attributes texts, std::string_view name);

}  // namespace freshet
