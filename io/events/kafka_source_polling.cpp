#include <algorithm>
#include <array>

#include "core/base/strong_id.hpp"
#include "io/events/kafka_source_class.hpp"
#include "io/events/kafka_topic.hpp"

namespace freshet {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// How long a lost partition may hold up the others while its limits are asked for; then again at the next poll.
constexpr milliseconds limits_query_max{1'000};
/// Committed offsets only help onlookers: once a second is enough.
constexpr milliseconds hint_interval{1'000};

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

}  // namespace

result<record_batch> kafka_source::poll(std::size_t records_max, milliseconds timeout) {
  FRESHET_CHECK(client_ != nullptr, "poll after open and before close");
  const auto deadline = steady_clock::now() + timeout;
  for (;;) {
    callbacks_->signal.expect();
    FRESHET_TRY(serve_group());
    FRESHET_ASSIGN(auto batch, take_turn(records_max));
    if (batch.next_offset >= 0) return batch;
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
        return refused_topic(missing_topic(options_, options_.topic));
      case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        return refused_topic(
            {error_code::unavailable, std::string("kafka: ") + rd_kafka_message_errstr(message.get())});
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
    if (!batch || batch->next_offset >= 0) return batch;
  }
  return record_batch{};
}

bool kafka_source::expects(assigned_partition& partition, const record& came) const {
  if (const auto expected = std::exchange(partition.expected, std::nullopt);
      expected && came.offset == expected->offset && mark_of(came) != *expected) {
    partition.lost = partition.made_anew = true;
    return false;
  }
  return !partition.position || came.offset >= *partition.position;
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
        if (auto came = to_record(*message); expects(partition, came)) {
          position = came.offset + 1;
          batch.records.push_back(std::move(came));
        }
        break;
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        // Where "latest" is, to be stored: after a restart nothing that came meanwhile may be passed over.
        if (!position) partition.moved = true;
        // Beyond the last record when compaction or transactions left gaps; below what was taken in when a new leader
        // has yet to learn how far the log reaches.
        position = std::max(position.value_or(0), message->offset);
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
  if (!batch.records.empty() || std::exchange(partition.moved, false)) batch.next_offset = *partition.position;
  return batch;
}

/// Asks for the limits of the log, and does what the policy says. Tried again at the next poll when no broker answers.
status kafka_source::settle_loss(assigned_partition& partition) {
  data_loss loss;
  loss.partition = partition.id;
  loss.wanted = partition.position.value_or(0);
  loss.made_anew = partition.made_anew;
  const auto code = rd_kafka_query_watermark_offsets(client_.get(), options_.topic.c_str(), to_integer(partition.id),
                                                     &loss.available_first, &loss.available_next,
                                                     static_cast<int>(limits_query_max.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    callbacks_->log->warning(kafka_error(code, "kafka: limits of " + options_.topic).message);
    return success{};
  }
  partition.lost = partition.made_anew = false;
  partition.expected.reset();
  // A leader that had not caught up; nothing is lost.
  if (holds(loss)) {
    restart(partition, loss.wanted);
    return success{};
  }
  decide(loss, policy_, options_.topic);
  {
    const std::lock_guard lock(mutex_);
    losses_.push_back(loss);
    partition.halted = !loss.went_on_at;
  }
  if (!loss.went_on_at) return error{error_code::out_of_range, loss.sentence};
  partition.moved = true;
  restart(partition, *loss.went_on_at);
  return success{};
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
          each.expected   ? each.expected->offset
          : each.position ? *each.position
                          : each.start;
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

}  // namespace freshet
