#include "io/events/kafka_source.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "core/base/strong_id.hpp"
#include "io/events/data_loss.hpp"
#include "io/events/kafka_client.hpp"
#include "io/events/kafka_topic.hpp"
#include "io/events/wake_signal.hpp"

namespace freshet {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long open waits to learn whether the topic exists.
constexpr milliseconds topic_check_max{5'000};
/// How long a lost partition may hold up the others while its limits are asked for; then again at the next poll.
constexpr milliseconds limits_query_max{1'000};
/// Committed offsets only help onlookers: once a second is enough.
constexpr milliseconds hint_interval{1'000};
constexpr milliseconds close_in_destructor_max{5'000};

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
  /// The log does not hold `position`; its limits are still to be asked for.
  bool lost = false;
  /// Lost, and the policy is to stand still.
  bool halted = false;
};

record to_record(rd_kafka_message_t& message) {
  record taken;
  taken.offset = message.offset;
  rd_kafka_timestamp_type_t type{};
  taken.timestamp_ms = std::max<std::int64_t>(rd_kafka_message_timestamp(&message, &type), 0);
  taken.key.assign(static_cast<const char*>(message.key), message.key_len);
  taken.value.assign(static_cast<const char*>(message.payload), message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return taken;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    taken.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  return taken;
}

class kafka_source final : public event_source {
 public:
  kafka_source(const kafka_options& options, data_loss_policy policy, std::shared_ptr<log> log)
      : options_(options), policy_(policy), callbacks_(std::make_shared<source_callbacks>()) {
    callbacks_->log = std::move(log);
    callbacks_->source = this;
  }
  ~kafka_source() override { close(close_in_destructor_max); }
  kafka_source(const kafka_source&) = delete;
  kafka_source& operator=(const kafka_source&) = delete;

  std::string name() const override { return options_.topic; }
  status open(position_lookup positions) override;
  result<record_batch> poll(std::size_t records_max, milliseconds timeout) override;
  void wake() override { callbacks_->signal.interrupt(); }
  std::vector<partition_state> state() const override;
  std::vector<data_loss> losses() const override;
  void commit_hint(partition_id partition, log_offset next_offset) override;
  void close(milliseconds deadline) override;

 private:
  friend void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*);
  friend void on_error(rd_kafka_t*, int, const char*, void*);

  void assign(rd_kafka_topic_partition_list_t& list);
  void revoke(const rd_kafka_topic_partition_list_t& list);
  std::int64_t start_of(partition_id partition) const;
  status serve_group();
  result<record_batch> take_turn(std::size_t records_max);
  result<record_batch> drain(assigned_partition& partition, std::size_t records_max);
  void set_position(assigned_partition& partition, std::optional<log_offset> position);
  status settle_loss(assigned_partition& partition);
  void restart(assigned_partition& partition, log_offset position);
  void send_hints();

  const kafka_options options_;
  const data_loss_policy policy_;
  const std::shared_ptr<source_callbacks> callbacks_;
  position_lookup positions_;
  kafka_queue group_queue_;
  std::size_t next_turn_ = 0;
  /// Set by the error callback, returned by the next poll.
  std::optional<error> refused_;
  steady_clock::time_point hints_sent_{};

  /// Guards what follows against `state`, `losses` and `commit_hint` of other threads.
  mutable std::mutex mutex_;
  kafka_client client_;
  std::vector<assigned_partition> partitions_;
  std::vector<data_loss> losses_;
  std::map<partition_id, log_offset> hints_;
};

// ------------------------------------------------------------------------------------------------------- callbacks

/// Only when the configuration asks for such an assignor: then what a rebalance brings is the difference.
bool cooperative(rd_kafka_t* client) {
  return std::string_view(rd_kafka_rebalance_protocol(client)) == "COOPERATIVE";
}

/// librdkafka has logged it.
void forget(rd_kafka_error_t* failed) {
  if (failed != nullptr) rd_kafka_error_destroy(failed);
}

void on_rebalance(rd_kafka_t* client, rd_kafka_resp_err_t event, rd_kafka_topic_partition_list_t* list, void* opaque) {
  kafka_source* source = static_cast<source_callbacks*>(static_cast<kafka_callbacks*>(opaque))->source;
  const bool gained = event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS && source != nullptr;
  if (source != nullptr) gained ? source->assign(*list) : source->revoke(*list);
  if (cooperative(client)) {
    forget(gained ? rd_kafka_incremental_assign(client, list) : rd_kafka_incremental_unassign(client, list));
  } else {
    rd_kafka_assign(client, gained ? list : nullptr);
  }
}

/// Most of what arrives here passes by itself; a refusal does not.
void on_error(rd_kafka_t* client, int code, const char* why, void* opaque) {
  auto* callbacks = static_cast<source_callbacks*>(static_cast<kafka_callbacks*>(opaque));
  std::string text = "kafka: " + std::string(why);
  if (code == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> reason{};
    code = rd_kafka_fatal_error(client, reason.data(), reason.size());
    text += std::string(": ") + reason.data();
  } else if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION && code != RD_KAFKA_RESP_ERR__SSL) {
    callbacks->log->warning(text);
    return;
  }
  if (callbacks->source != nullptr) callbacks->source->refused_ = error{error_code::unavailable, text};
}

void on_queue_event(rd_kafka_t*, void* signal) {
  static_cast<wake_signal*>(signal)->arrived();
}

// ----------------------------------------------------------------------------------------------------- open, close

status kafka_source::open(position_lookup positions) {
  FRESHET_CHECK(!client_, "a source is opened once");
  positions_ = std::move(positions);
  FRESHET_ASSIGN(auto configuration, configure_kafka(options_, kafka_role::consumer, *callbacks_));
  rd_kafka_conf_set_rebalance_cb(configuration.get(), on_rebalance);
  rd_kafka_conf_set_error_cb(configuration.get(), on_error);
  FRESHET_ASSIGN(auto client, start_kafka(std::move(configuration), kafka_role::consumer));
  rd_kafka_poll_set_consumer(client.get());

  const auto partitions = kafka_partitions(*client, options_.topic, topic_check_max);
  if (!partitions) {
    callbacks_->log->warning(in_context("kafka: " + options_.brokers, partitions.failure()).message +
                             "; connecting goes on");
  } else if (!*partitions) {
    return missing_topic(options_, options_.topic);
  }

  kafka_partition_list topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), options_.topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto code = rd_kafka_subscribe(client.get(), topics.get())) {
    return kafka_error(code, "subscribing to topic " + options_.topic);
  }
  group_queue_.reset(rd_kafka_queue_get_consumer(client.get()));
  rd_kafka_queue_cb_event_enable(group_queue_.get(), on_queue_event, &callbacks_->signal);
  const std::lock_guard lock(mutex_);
  client_ = std::move(client);
  return success{};
}

void kafka_source::close(milliseconds deadline) {
  kafka_client client;
  {
    const std::lock_guard lock(mutex_);
    if (!client_) return;
    send_hints();
    partitions_.clear();
    client = std::move(client_);
  }
  rd_kafka_queue_cb_event_enable(group_queue_.get(), nullptr, nullptr);
  group_queue_.reset();
  callbacks_->source = nullptr;
  // Leaving the group waits for the coordinator, and is known to wait for ever: it gets a thread that can be left
  // behind together with all it touches.
  std::promise<void> left;
  auto done = left.get_future();
  std::thread leaving([client = std::move(client), callbacks = callbacks_, left = std::move(left)]() mutable {
    rd_kafka_consumer_close(client.get());
    client.reset();
    left.set_value();
  });
  if (done.wait_for(deadline) == std::future_status::ready) {
    leaving.join();
  } else {
    callbacks_->log->warning("kafka: leaving group " + options_.group + " took longer than " +
                             std::to_string(deadline.count()) + " ms; the brokers will notice by themselves");
    leaving.detach();
  }
}

// ------------------------------------------------------------------------------------------------------ assignment

std::int64_t kafka_source::start_of(partition_id partition) const {
  if (const auto stored = positions_(partition)) return *stored;
  return options_.start == "latest" ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
}

void kafka_source::assign(rd_kafka_topic_partition_list_t& list) {
  const std::lock_guard lock(mutex_);
  for (int i = 0; i < list.cnt; ++i) {
    auto& assigned = list.elems[i];
    const auto id = static_cast<partition_id>(assigned.partition);
    assigned.offset = start_of(id);
    kafka_queue queue(rd_kafka_queue_get_partition(client_.get(), assigned.topic, assigned.partition));
    FRESHET_CHECK(queue != nullptr);
    // Before the assignment takes effect, so that no record goes to the group's queue.
    rd_kafka_queue_forward(queue.get(), nullptr);
    rd_kafka_queue_cb_event_enable(queue.get(), on_queue_event, &callbacks_->signal);
    const auto position = assigned.offset >= 0 ? std::optional<log_offset>(assigned.offset) : std::nullopt;
    partitions_.push_back({.id = id, .queue = std::move(queue), .position = position});
  }
  callbacks_->log->info("kafka: " + std::to_string(list.cnt) + " partitions of " + options_.topic + " assigned");
}

void kafka_source::revoke(const rd_kafka_topic_partition_list_t& list) {
  const std::lock_guard lock(mutex_);
  send_hints();
  for (int i = 0; i < list.cnt; ++i) {
    const auto id = static_cast<partition_id>(list.elems[i].partition);
    std::erase_if(partitions_, [id](const assigned_partition& partition) {
      if (partition.id != id) return false;
      rd_kafka_queue_cb_event_enable(partition.queue.get(), nullptr, nullptr);
      return true;
    });
  }
  callbacks_->log->info("kafka: " + std::to_string(list.cnt) + " partitions of " + options_.topic + " revoked");
}

// ------------------------------------------------------------------------------------------------------------ poll

result<record_batch> kafka_source::poll(std::size_t records_max, milliseconds timeout) {
  FRESHET_CHECK(client_ != nullptr, "poll after open and before close");
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    callbacks_->signal.expect();
    FRESHET_TRY(serve_group());
    FRESHET_ASSIGN(auto batch, take_turn(records_max));
    if (!batch.records.empty()) return batch;
    if (callbacks_->signal.wait_until(deadline) != wake_signal::reason::arrived) return record_batch{};
  }
}

/// Rebalances, errors and the hints that are due.
status kafka_source::serve_group() {
  if (const auto now = steady_clock::now(); now - hints_sent_ >= hint_interval) {
    hints_sent_ = now;
    const std::lock_guard lock(mutex_);
    send_hints();
  }
  while (const kafka_message message{rd_kafka_consumer_poll(client_.get(), 0)}) {
    switch (message->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        FRESHET_CHECK(false, "records arrive in the queue of their partition");
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        return missing_topic(options_, options_.topic);
      case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return error{error_code::unavailable, std::string("kafka: ") + rd_kafka_message_errstr(message.get())};
      default:
        callbacks_->log->warning(std::string("kafka: ") + rd_kafka_message_errstr(message.get()));
    }
  }
  if (!refused_) return success{};
  error why = std::move(*refused_);
  refused_.reset();
  return why;
}

/// The first partition, after the one that was served last, that has records.
result<record_batch> kafka_source::take_turn(std::size_t records_max) {
  for (std::size_t tried = 0; tried < partitions_.size(); ++tried) {
    auto& partition = partitions_[next_turn_++ % partitions_.size()];
    if (partition.halted) continue;
    auto batch = drain(partition, records_max);
    if (!batch || !batch->records.empty()) return batch;
  }
  return record_batch{};
}

result<record_batch> kafka_source::drain(assigned_partition& partition, std::size_t records_max) {
  record_batch batch{.partition = partition.id};
  auto position = partition.position;
  // One by one: the batch functions of librdkafka 2.0.2 lose records around a rebalance or a seek.
  while (!partition.lost && batch.records.size() < records_max) {
    const kafka_message message(rd_kafka_consume_queue(partition.queue.get(), 0));
    if (!message) break;
    switch (message->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        batch.records.push_back(to_record(*message));
        position = message->offset + 1;
        break;
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        // Beyond the last record when compaction or transactions left gaps.
        position = message->offset;
        break;
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        partition.lost = true;
        break;
      default:
        callbacks_->log->warning(std::string("kafka: ") + rd_kafka_message_errstr(message.get()));
    }
  }
  set_position(partition, position);
  if (partition.lost && batch.records.empty()) FRESHET_TRY(settle_loss(partition));
  batch.next_offset = partition.position.value_or(0);
  return batch;
}

/// Asks for the limits of the log, and does what the policy says. Tried again at the next poll when no broker answers.
status kafka_source::settle_loss(assigned_partition& partition) {
  data_loss loss{.partition = partition.id, .wanted = partition.position.value_or(0)};
  const auto code = rd_kafka_query_watermark_offsets(client_.get(), options_.topic.c_str(), to_integer(partition.id),
                                                     &loss.available_first, &loss.available_next,
                                                     static_cast<int>(limits_query_max.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    callbacks_->log->warning(kafka_error(code, "kafka: limits of " + options_.topic).message);
    return success{};
  }
  partition.lost = false;
  // A leader that had not caught up; nothing is lost.
  if (holds(loss)) {
    restart(partition, loss.wanted);
    return success{};
  }
  const std::string sentence = describe(loss, policy_, options_.topic);
  callbacks_->log->failure(sentence);
  {
    const std::lock_guard lock(mutex_);
    losses_.push_back(loss);
  }
  if (const auto next = continue_at(loss, policy_)) {
    restart(partition, *next);
    return success{};
  }
  partition.halted = true;
  return error{error_code::out_of_range, sentence};
}

/// A partition that librdkafka has given up cannot be sought in; it is assigned anew. Without the cooperative protocol
/// only the whole assignment can be: the others fetch again from where they are.
void kafka_source::restart(assigned_partition& partition, log_offset position) {
  set_position(partition, position);
  const auto list_of = [this](const auto& wanted) {
    kafka_partition_list list(rd_kafka_topic_partition_list_new(1));
    for (const auto& each : partitions_) {
      if (!wanted(each)) continue;
      rd_kafka_topic_partition_list_add(list.get(), options_.topic.c_str(), to_integer(each.id))->offset =
          each.position ? *each.position : start_of(each.id);
    }
    return list;
  };
  if (!cooperative(client_.get())) {
    const auto all = list_of([](const auto& each) { return !each.lost && !each.halted; });
    rd_kafka_assign(client_.get(), all.get());
    return;
  }
  const auto one = list_of([&](const auto& each) { return &each == &partition; });
  forget(rd_kafka_incremental_unassign(client_.get(), one.get()));
  forget(rd_kafka_incremental_assign(client_.get(), one.get()));
}

// ----------------------------------------------------------------------------------------------------------- state

void kafka_source::set_position(assigned_partition& partition, std::optional<log_offset> position) {
  const std::lock_guard lock(mutex_);
  partition.position = position;
}

std::vector<partition_state> kafka_source::state() const {
  const std::lock_guard lock(mutex_);
  std::vector<partition_state> states;
  for (const auto& partition : partitions_) {
    partition_state state{.partition = partition.id, .position = partition.position.value_or(0), .end = -1};
    std::int64_t first = 0;
    std::int64_t end = 0;
    const auto code =
        rd_kafka_get_watermark_offsets(client_.get(), options_.topic.c_str(), to_integer(partition.id), &first, &end);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && end >= 0 && partition.position) {
      state.end = std::max<log_offset>(end, state.position);
    }
    states.push_back(state);
  }
  return states;
}

std::vector<data_loss> kafka_source::losses() const {
  const std::lock_guard lock(mutex_);
  return losses_;
}

void kafka_source::commit_hint(partition_id partition, log_offset next_offset) {
  const std::lock_guard lock(mutex_);
  hints_[partition] = next_offset;
}

/// With mutex_ held.
void kafka_source::send_hints() {
  if (hints_.empty()) return;
  kafka_partition_list list(rd_kafka_topic_partition_list_new(static_cast<int>(hints_.size())));
  for (const auto& [partition, next] : hints_) {
    rd_kafka_topic_partition_list_add(list.get(), options_.topic.c_str(), to_integer(partition))->offset = next;
  }
  hints_.clear();
  rd_kafka_commit(client_.get(), list.get(), /*async=*/1);
}

}  // namespace

result<std::unique_ptr<event_source>> make_kafka_source(const kafka_options& options, std::shared_ptr<log> log) {
  if (options.start != "earliest" && options.start != "latest") {
    return error{error_code::invalid_argument,
                 "kafka.start: '" + options.start + "' is not a place to start; use earliest or latest"};
  }
  FRESHET_ASSIGN(const auto policy, parse_data_loss_policy(options.on_data_loss));
  return std::unique_ptr<event_source>(std::make_unique<kafka_source>(options, policy, std::move(log)));
}

}  // namespace freshet
