// What: the configured weight of each event type, by the store's numbers of the types.
#pragma once

#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/data/history.hpp"

namespace freshet {

/// `type_names` as event_store::event_types gives them.
[[nodiscard]] strength_options strengths_by_type(const events_options& options,
                                                 const std::vector<std::string>& type_names);

}  // namespace freshet
