#include "actors/recent_events.hpp"

#include <algorithm>
#include <set>

namespace freshet {

void recent_events::add(const trace& applied) {
  traces_.push_back(applied);
  if (traces_.size() > http::recent_events_max) traces_.pop_front();
}

result<std::vector<http::recent_event>> recent_events::newest(const event_store& store, std::size_t limit) const {
  std::vector<http::recent_event> found;
  // Two events of a user may agree in everything that a trace knows; each is shown once.
  std::set<std::pair<user_index, std::uint64_t>> shown;
  for (auto at = traces_.rbegin(); at != traces_.rend() && found.size() < limit; ++at) {
    FRESHET_ASSIGN(auto events, store.events(at->user, http::recent_events_max, event_cursor{at->ts, UINT64_MAX}));
    const auto same = std::ranges::find_if(events, [&](const stored_event& each) {
      if (each.value.ts != at->ts || shown.contains({at->user, each.key})) return false;
      const auto item = store.find_item(each.value.item_id);
      return item && *item == at->item;
    });
    if (same == events.end()) continue;
    shown.emplace(at->user, same->key);
    found.push_back({std::move(same->value), at->partition, at->offset, at->accepted_ms});
  }
  return found;
}

}  // namespace freshet
