// What:    the actor that counts which items are touched, hour by hour, and answers what is popular and what is
//          trending.
// Start:   one pass over the events of the store; batches that are applied meanwhile wait in the mailbox (about 16
//          bytes an event) and so do requests, which `admission` answers 503 when they come too late. A batch that the
//          pass has seen already is known by its offset and not counted twice.
// Shown:   items that may be shown, and of which the request's filter is true.
// Threads: an actor with a thread of its own.
#pragma once

#include <map>
#include <memory>

#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "core/base/clock.hpp"
#include "core/data/item_trends.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct trend_counter_context {
  const event_store* store = nullptr;
  const item_catalogue* catalogue = nullptr;
  const clock* time = nullptr;
  const health* ready = nullptr;
  log* journal = nullptr;
};

class trend_counter {
 public:
  explicit trend_counter(trend_counter_context context) : context_(context) {}

  /// Counts what the store holds. False when the store could not be read: to be tried again.
  bool count_everything();
  void count(const touched_items& batch);
  http::response answer(const http::popularity_request& asked, const http::request& in) const;

 private:
  std::shared_ptr<const http::item_view> view_of(item_index item) const;

  trend_counter_context context_;
  item_trends counts_;
  /// How far each log was counted.
  std::map<std::pair<std::string, partition_id>, log_offset> counted_;
};

struct trend_counter_state {
  static inline const char* name = "trend_counter";
  std::unique_ptr<trend_counter> logic;
};
trend_counter_actor::behavior_type make_trend_counter(trend_counter_actor::stateful_pointer<trend_counter_state> self,
                                                      trend_counter_context context);

}  // namespace freshet
