// What: a partitioned log in memory, both its ends: what is appended is taken when the simulation says so, or refused;
//       what is polled comes in batches of any size; partitions may be taken away and given back.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "io/events/event_source.hpp"

namespace freshet::testing {

class simulated_log final : public event_source, public event_sink {
 public:
  static constexpr std::size_t partitions = 2;

  /// `on_record` is told of every record that the log took, in order.
  simulated_log(random_source dice, std::function<void(const record&)> on_record)
      : dice_(dice), on_record_(std::move(on_record)) {}

  /// Share of polls and appends that fail.
  void fail(double share) { share_ = share; }
  /// A record from somebody else.
  void produce(const std::string& key, std::string value) { take(key, std::move(value)); }
  bool has_pending() const { return !pending_.empty(); }
  /// Takes the oldest record that waits, or refuses it.
  void settle_one() {
    auto waiting = std::move(pending_.front());
    pending_.pop_front();
    if (dice_.uniform() < share_) return waiting.done(error{error_code::exhausted, "the simulated log is full"});
    waiting.done(take(waiting.key, std::move(waiting.value)));
  }
  /// Partitions are assigned anew: each is consumed from the stored position.
  void rebalance() { assigned_ = false; }
  log_offset end(std::size_t partition) const { return static_cast<log_offset>(records_[partition].size()); }

  std::string name() const override { return "simulated"; }
  void append(std::string key, std::string value, delivered done) override {
    pending_.push_back({std::move(key), std::move(value), std::move(done)});
  }
  status flush(std::chrono::milliseconds) override { return success{}; }

  status open(position_lookup positions) override {
    if (dice_.uniform() < share_) return error{error_code::unavailable, "no simulated broker answers"};
    lookup_ = std::move(positions);
    assigned_ = false;
    return success{};
  }
  result<record_batch> poll(std::size_t records_max, std::chrono::milliseconds) override {
    if (dice_.uniform() < share_) return error{error_code::unavailable, "the simulated broker is away"};
    if (!assigned_) {
      for (std::size_t each = 0; each < partitions; ++each) {
        positions_[each] = lookup_(partition_id(static_cast<std::int32_t>(each))).value_or(0).next;
      }
      assigned_ = true;
    }
    const auto chosen = dice_.below(partitions);
    auto& next = positions_[chosen];
    record_batch batch{
        .partition = partition_id(static_cast<std::int32_t>(chosen)), .records = {}, .next_offset = next};
    const auto wanted = std::min<std::uint64_t>(records_max, 1 + dice_.below(8));
    while (batch.records.size() < wanted && next < end(chosen)) {
      batch.records.push_back(records_[chosen][static_cast<std::size_t>(next++)]);
    }
    batch.next_offset = batch.records.empty() ? -1 : next;
    return batch;
  }
  void wake() override {}
  std::vector<partition_state> state() const override {
    std::vector<partition_state> all;
    for (std::size_t each = 0; each < partitions; ++each) {
      all.push_back({partition_id(static_cast<std::int32_t>(each)), positions_[each], end(each)});
    }
    return all;
  }
  std::vector<data_loss> losses() const override { return {}; }
  void commit_hint(partition_id, log_offset) override {}
  void close(std::chrono::milliseconds) override {}

 private:
  struct waiting_record {
    std::string key;
    std::string value;
    delivered done;
  };

  position take(const std::string& key, std::string value) {
    const auto chosen = hash64(key, 7) % partitions;
    record made{.offset = end(chosen), .timestamp_ms = 1, .key = key, .value = std::move(value), .headers = {}};
    on_record_(made);
    records_[chosen].push_back(std::move(made));
    return {partition_id(static_cast<std::int32_t>(chosen)), records_[chosen].back().offset};
  }

  random_source dice_;
  std::function<void(const record&)> on_record_;
  double share_ = 0;
  std::array<std::vector<record>, partitions> records_;
  std::array<log_offset, partitions> positions_{};
  std::deque<waiting_record> pending_;
  position_lookup lookup_;
  bool assigned_ = false;
};

}  // namespace freshet::testing
