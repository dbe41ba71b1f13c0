// What:    cases of the protocol `sessions`: the first events of a session are told, the next item is relevant. Items
//          that were told stay in the ranking: people return to what they looked at.
// Source:  Hidasi et al. 2016, "Session-based recommendations with recurrent neural networks", section 4.
#pragma once

#include <memory>

#include "core/evaluation/cases.hpp"

namespace freshet {

/// One row for each session of each user, in their order.
[[nodiscard]] event_sequences split_sessions(const event_sequences& users);

/// A case for every prefix of every row that has a next item.
[[nodiscard]] evaluation_cases next_item_cases(std::shared_ptr<const event_sequences> sessions);

/// A case for every row: all but its last item are told. Rows of one item tell nothing.
[[nodiscard]] evaluation_cases last_item_cases(std::shared_ptr<const event_sequences> sessions);

}  // namespace freshet
