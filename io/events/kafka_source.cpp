#include "io/events/kafka_source.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include "core/base/strong_id.hpp"
#include "io/events/kafka_obstacle.hpp"
#include "io/events/kafka_source_class.hpp"
#include "io/events/kafka_topic.hpp"

namespace freshet {

using std::chrono::milliseconds;

namespace {

/// How long open waits to learn whether the topic exists.
constexpr milliseconds topic_check_max{5'000};
constexpr milliseconds close_in_destructor_max{5'000};

}  // namespace

kafka_source::~kafka_source() {
  close(close_in_destructor_max);
}

// ------------------------------------------------------------------------------------------------------- callbacks

bool cooperative(rd_kafka_t* client) {
  return std::string_view(rd_kafka_rebalance_protocol(client)) == "COOPERATIVE";
}

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
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || callbacks->source == nullptr) return;
    const std::lock_guard lock(callbacks->source->mutex_);
    callbacks->source->last_error_ = why;
    return;
  }
  if (callbacks->source == nullptr) return;
  callbacks->source->refused_ = error{error_code::unavailable, text};
  const std::lock_guard lock(callbacks->source->mutex_);
  callbacks->source->no_entry_ = text;
}

int on_statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
  const auto* callbacks = static_cast<source_callbacks*>(static_cast<kafka_callbacks*>(opaque));
  if (callbacks->source != nullptr) callbacks->source->note_statistics({json, size});
  return 0;
}

void on_queue_event(rd_kafka_t*, void* signal) {
  static_cast<wake_signal*>(signal)->arrived();
}

// ----------------------------------------------------------------------------------------------------- open, close

status kafka_source::open(position_lookup positions) {
  FRESHET_CHECK(!client_, "a source that is open is closed before it is opened again");
  if (callbacks_->source == nullptr) {
    auto fresh = std::make_shared<source_callbacks>();
    fresh->log = callbacks_->log;
    fresh->source = this;
    const std::lock_guard lock(mutex_);
    callbacks_ = std::move(fresh);
    hints_.clear();
    refused_.reset();
  }
  positions_ = std::move(positions);
  FRESHET_ASSIGN(auto configuration, configure_kafka(options_, kafka_role::consumer, *callbacks_));
  rd_kafka_conf_set_rebalance_cb(configuration.get(), on_rebalance);
  rd_kafka_conf_set_error_cb(configuration.get(), on_error);
  rd_kafka_conf_set_stats_cb(configuration.get(), on_statistics);
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

void kafka_source::assign(rd_kafka_topic_partition_list_t& list) {
  std::vector<std::optional<stored_position>> stored;
  for (int i = 0; i < list.cnt; ++i) stored.push_back(positions_(partition_id{list.elems[i].partition}));
  const std::lock_guard lock(mutex_);
  // `kafka.start` is for the first start. A partition that comes when others have been consumed is a new one, and
  // nothing in it may be passed over.
  const bool first_start = partitions_.empty() && std::none_of(stored.begin(), stored.end(),
                                                               [](const auto& each) { return each.has_value(); });
  const std::int64_t start =
      first_start && options_.start == "latest" ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
  for (int i = 0; i < list.cnt; ++i) {
    auto& assigned = list.elems[i];
    const auto id = static_cast<partition_id>(assigned.partition);
    const auto& known = stored[static_cast<std::size_t>(i)];
    // The record before is read once more, to see that it is still the one that was taken in.
    const auto expected = known ? known->last : std::nullopt;
    assigned.offset = expected ? expected->offset : known ? known->next : start;
    kafka_queue queue(rd_kafka_queue_get_partition(client_.get(), assigned.topic, assigned.partition));
    FRESHET_CHECK(queue != nullptr);
    // Before the assignment takes effect, so that no record goes to the group's queue.
    rd_kafka_queue_forward(queue.get(), nullptr);
    rd_kafka_queue_cb_event_enable(queue.get(), on_queue_event, &callbacks_->signal);
    const auto position = known ? std::optional(known->next) : std::nullopt;
    partitions_.push_back(
        {.id = id, .queue = std::move(queue), .position = position, .start = assigned.offset, .expected = expected});
  }
  if (list.cnt > 0) no_topic_.reset();
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

std::optional<std::string> kafka_source::obstacle() const {
  const std::lock_guard lock(mutex_);
  const auto halted =
      std::find_if(partitions_.begin(), partitions_.end(), [](const assigned_partition& each) { return each.halted; });
  if (halted != partitions_.end()) {
    const auto loss = std::find_if(losses_.rbegin(), losses_.rend(),
                                   [&](const data_loss& each) { return each.partition == halted->id; });
    return loss->sentence;
  }
  if (no_entry_) return no_entry_;
  if (no_topic_) return no_topic_;
  return out_of_reach_;
}

void kafka_source::note_statistics(std::string_view statistics) {
  const std::lock_guard lock(mutex_);
  std::vector<partition_id> assigned;
  for (const auto& each : partitions_) assigned.push_back(each.id);
  out_of_reach_ = obstacle_of(statistics, options_, assigned);
  if (!out_of_reach_) {
    no_entry_.reset();
    last_error_.clear();
  } else if (!last_error_.empty()) {
    *out_of_reach_ += "; the last error: " + last_error_;
  }
}

/// What the brokers say of the topic, kept to be seen until partitions of it are assigned.
error kafka_source::refused_topic(error why) {
  const std::lock_guard lock(mutex_);
  no_topic_ = why.message;
  return why;
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

result<std::unique_ptr<event_source>> make_kafka_source(const kafka_options& options, std::shared_ptr<log> log) {
  if (options.start != "earliest" && options.start != "latest") {
    return error{error_code::invalid_argument,
                 "kafka.start: '" + options.start + "' is not a place to start; use earliest or latest"};
  }
  FRESHET_ASSIGN(const auto policy, parse_data_loss_policy(options.on_data_loss));
  return std::unique_ptr<event_source>(std::make_unique<kafka_source>(options, policy, std::move(log)));
}

}  // namespace freshet
