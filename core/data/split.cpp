#include "core/data/split.hpp"

#include <algorithm>
#include <iterator>

namespace freshet {

leave_one_out hold_out_last(std::span<const interaction> history) {
  leave_one_out split;
  const auto last = std::find_if(history.rbegin(), history.rend(), [](const auto& event) { return event.qty >= 1; });
  if (last != history.rend()) {
    std::copy_if(history.begin(), history.end(), std::back_inserter(split.rest),
                 [&](const auto& event) { return event.item != last->item; });
  }
  if (split.rest.empty()) {
    split.rest.assign(history.begin(), history.end());
  } else {
    split.held_out = held_out_event{last->item, last->ts};
  }
  return split;
}

}  // namespace freshet
