// What:    the events that were applied last, for operators who watch them come in (GET /v1/events).
// Why:     it remembers numbers of the store (who, what, when) and reads the rest there when it is asked. So whoever is
//          erased (promise G1) and whatever expires is shown no more from that moment on, and nothing of anybody has to
//          be removed here.
// Limits:  the last http::recent_events_max; empty at the start. Of a user with more than those in one second some are
//          left out.
// Errors:  those of reading the store.
// Threads: one, the ingestor's.
// Cost:    newest: a look at the history of each user in it, some 20 us each.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "core/base/result.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

class recent_events {
 public:
  struct trace {
    user_index user{};
    item_index item{};
    unix_seconds ts{};
    partition_id partition{};
    log_offset offset{};
    std::int64_t accepted_ms{};
  };
  void add(const trace& applied);
  /// The newest first; those that the store no longer shows are left out.
  [[nodiscard]] result<std::vector<http::recent_event>> newest(const event_store& store, std::size_t limit) const;

 private:
  std::deque<trace> traces_;  // the oldest first
};

}  // namespace freshet
