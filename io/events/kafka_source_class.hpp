// What:    the class behind kafka_source.hpp, for the two sources that implement it: kafka_source.cpp (membership,
//          assignment, state) and kafka_source_polling.cpp (polling and losses).
// Threads: as in kafka_source.hpp.
#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <mutex>
#include <optional>

#include "io/events/data_loss.hpp"
#include "io/events/kafka_client.hpp"
#include "io/events/kafka_source.hpp"
#include "io/events/wake_signal.hpp"

namespace freshet {

class kafka_source;

/// What librdkafka's callbacks reach. It outlives the client even when a close that hangs is left behind; `source` is
/// null from then on.
struct source_callbacks : kafka_callbacks {
  wake_signal signal;
  kafka_source* source = nullptr;
};

struct assigned_partition {
  partition_id id{};
  kafka_queue queue;
  /// Next offset to be returned; nothing until the log has said where "earliest" or "latest" is.
  std::optional<log_offset> position;
  /// Where the assignment starts; "earliest" and "latest" are negative.
  std::int64_t start{};
  /// What must lie in the log before `position`, until that is known.
  std::optional<record_mark> expected{};
  /// Moved without records, which the caller has not been told yet.
  bool moved = false;
  /// The log does not hold `position`; its limits are still to be asked for.
  bool lost = false;
  /// Lost, because `expected` was not what lay there.
  bool made_anew = false;
  /// Lost, and the policy is to stand still.
  bool halted = false;
};

class kafka_source final : public event_source {
 public:
  kafka_source(const kafka_options& options, data_loss_policy policy, std::shared_ptr<log> log)
      : options_(options), policy_(policy), callbacks_(std::make_shared<source_callbacks>()) {
    callbacks_->log = std::move(log);
    callbacks_->source = this;
  }
  ~kafka_source() override;
  kafka_source(const kafka_source&) = delete;
  kafka_source& operator=(const kafka_source&) = delete;

  std::string name() const override { return options_.topic; }
  status open(position_lookup positions) override;
  result<record_batch> poll(std::size_t records_max, std::chrono::milliseconds timeout) override;
  void wake() override {
    const std::lock_guard lock(mutex_);
    callbacks_->signal.interrupt();
  }
  std::vector<partition_state> state() const override;
  std::vector<data_loss> losses() const override;
  std::optional<std::string> obstacle() const override;
  void commit_hint(partition_id partition, log_offset next_offset) override;
  void close(std::chrono::milliseconds deadline) override;

 private:
  friend void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*);
  friend void on_error(rd_kafka_t*, int, const char*, void*);
  friend int on_statistics(rd_kafka_t*, char*, std::size_t, void*);

  void assign(rd_kafka_topic_partition_list_t& list);
  void revoke(const rd_kafka_topic_partition_list_t& list);
  void note_statistics(std::string_view statistics);
  error refused_topic(error why);
  status serve_group();
  result<record_batch> take_turn(std::size_t records_max);
  result<record_batch> drain(assigned_partition& partition, std::size_t records_max);
  /// False when it is not a record to be handed on.
  bool expects(assigned_partition& partition, const record& came) const;
  void set_position(assigned_partition& partition, std::optional<log_offset> position);
  status settle_loss(assigned_partition& partition);
  void restart(assigned_partition& partition, log_offset position);
  void send_hints();

  const kafka_options options_;
  const data_loss_policy policy_;
  /// Of one client; the next gets its own, because a client may be left behind.
  std::shared_ptr<source_callbacks> callbacks_;
  position_lookup positions_;
  kafka_queue group_queue_;
  std::size_t next_turn_ = 0;
  /// Set by the error callback, returned by the next poll.
  std::optional<error> refused_;
  std::chrono::steady_clock::time_point hints_sent_{};

  /// Guards what follows against `state`, `losses` and `commit_hint` of other threads.
  mutable std::mutex mutex_;
  kafka_client client_;
  std::vector<assigned_partition> partitions_;
  std::vector<data_loss> losses_;
  std::map<partition_id, log_offset> hints_;
  /// What the brokers refuse: to let us in, or the topic; and what cannot be reached.
  std::optional<std::string> no_entry_;
  std::optional<std::string> no_topic_;
  std::optional<std::string> out_of_reach_;
  std::string last_error_;
};

/// Only when the configuration asks for such an assignor: then what a rebalance brings is the difference.
[[nodiscard]] bool cooperative(rd_kafka_t* client);
/// Frees an error that librdkafka has logged.
void forget(rd_kafka_error_t* failed);

}  // namespace freshet
