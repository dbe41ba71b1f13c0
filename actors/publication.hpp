// What:    one POST /v1/events on its way: which records the log has acknowledged, and the answer once all are.
// Threads: `delivered` is called from the sink's threads, once a record; the last call answers, or waits for
//          visibility.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "actors/visibility.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/message.hpp"

namespace freshet {

class publication : public std::enable_shared_from_this<publication> {
 public:
  publication(http::exchange_ptr call, http::events_request asked, std::shared_ptr<visibility> visible);

  const http::events_request& asked() const { return asked_; }
  /// The record of accepted[index] lies in the log, or could not be stored.
  void delivered(std::size_t index, result<event_sink::position> where);
  /// Answers a request without a single acceptable event.
  void answer_without_records();

 private:
  void complete();
  void answer(std::optional<std::size_t> duplicates);
  void wait_until_visible();

  http::exchange_ptr call_;
  http::events_request asked_;
  std::shared_ptr<visibility> visible_;

  std::mutex mutex_;
  std::size_t left_;
  std::size_t stored_ = 0;
  std::map<partition_id, std::vector<log_offset>> offsets_;
  std::vector<std::pair<std::size_t, error>> failures_;
  /// Partitions that are not visible yet, and the duplicates found in the others.
  std::atomic<std::size_t> partitions_left_{0};
  std::atomic<std::size_t> duplicates_{0};
};

}  // namespace freshet
