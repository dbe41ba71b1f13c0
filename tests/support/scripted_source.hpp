// What: an event source that a test fills by hand.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/events/event_source.hpp"

namespace freshet::testing {

class scripted_source final : public event_source {
 public:
  explicit scripted_source(std::string name = "shop") : name_(std::move(name)) {}

  /// Appends a record to partition 0 and returns its offset.
  log_offset append(std::string value) {
    const auto offset = static_cast<log_offset>(log_.size());
    log_.push_back({.offset = offset, .timestamp_ms = 1, .key = "", .value = std::move(value), .headers = {}});
    return offset;
  }
  void fail_next(error why) { failure_ = std::move(why); }

  std::string name() const override { return name_; }
  status open(position_lookup positions) override {
    position_ = positions(partition_id{0}).value_or(0).next;
    return success{};
  }
  result<record_batch> poll(std::size_t records_max, std::chrono::milliseconds) override {
    if (auto why = std::exchange(failure_, std::nullopt)) return *why;
    record_batch batch{.partition = partition_id{0}, .records = {}, .next_offset = position_};
    while (batch.records.size() < records_max && position_ < static_cast<log_offset>(log_.size())) {
      batch.records.push_back(log_[static_cast<std::size_t>(position_++)]);
    }
    batch.next_offset = batch.records.empty() ? -1 : position_;
    return batch;
  }
  void wake() override {}
  std::vector<partition_state> state() const override {
    return {{partition_id{0}, position_, static_cast<log_offset>(log_.size())}};
  }
  std::vector<data_loss> losses() const override { return {}; }
  void commit_hint(partition_id, log_offset next) override { hint_ = next; }
  void close(std::chrono::milliseconds) override {}

  log_offset hint() const { return hint_; }

 private:
  std::string name_;
  std::vector<record> log_;
  log_offset position_ = 0;
  log_offset hint_ = 0;
  std::optional<error> failure_;
};

}  // namespace freshet::testing
