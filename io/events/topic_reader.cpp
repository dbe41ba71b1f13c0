#include "io/events/topic_reader.hpp"

#include <librdkafka/rdkafka.h>

#include <map>

#include "io/events/kafka_client.hpp"
#include "io/events/kafka_topic.hpp"

namespace freshet {
namespace {

class kafka_topic_reader final : public topic_reader {
 public:
  explicit kafka_topic_reader(std::shared_ptr<log> journal) { callbacks_.log = std::move(journal); }

  status connect(const kafka_options& options, const std::string& topic, std::optional<unix_seconds> since,
                 std::chrono::milliseconds timeout) {
    kafka_options alone = options;
    // Never joined: nothing is committed and nobody is asked to share.
    alone.group += ".reader";
    FRESHET_ASSIGN(auto configuration, configure_kafka(alone, kafka_role::consumer, callbacks_));
    FRESHET_ASSIGN(client_, start_kafka(std::move(configuration), kafka_role::consumer));
    rd_kafka_poll_set_consumer(client_.get());
    FRESHET_ASSIGN(const auto partitions, kafka_partitions(*client_, topic, timeout));
    if (!partitions) return missing_topic(options, topic);
    const int timeout_ms = static_cast<int>(timeout.count());
    const kafka_partition_list starts(rd_kafka_topic_partition_list_new(*partitions));
    for (std::int32_t i = 0; i < *partitions; ++i) {
      std::int64_t first = 0;
      std::int64_t end = 0;
      const auto code = rd_kafka_query_watermark_offsets(client_.get(), topic.c_str(), i, &first, &end, timeout_ms);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "topic " + topic);
      ends_[partition_id{i}] = end;
      auto* each = rd_kafka_topic_partition_list_add(starts.get(), topic.c_str(), i);
      each->offset = since ? *since * 1'000 : end;
    }
    if (since) {
      const auto code = rd_kafka_offsets_for_times(client_.get(), starts.get(), timeout_ms);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(code, "topic " + topic);
      for (int i = 0; i < starts->cnt; ++i) {
        auto& each = starts->elems[i];
        // Nothing that young.
        if (each.offset < 0) each.offset = ends_.at(partition_id{each.partition});
      }
    }
    const auto code = rd_kafka_assign(client_.get(), starts.get());
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ? status(success{}) : kafka_error(code, "topic " + topic);
  }

  result<std::optional<read_record>> poll(std::chrono::milliseconds timeout) override {
    const kafka_message came(rd_kafka_consumer_poll(client_.get(), static_cast<int>(timeout.count())));
    if (!came || came->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return std::optional<read_record>();
    if (came->err != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_error(came->err, "reading commands");
    const auto text = [](const void* bytes, std::size_t size) {
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    };
    read_record read{.partition = partition_id{came->partition}, .content = {}};
    read.content.offset = came->offset;
    read.content.timestamp_ms = std::max<std::int64_t>(0, rd_kafka_message_timestamp(came.get(), nullptr));
    read.content.key = text(came->key, came->key_len);
    read.content.value = text(came->payload, came->len);
    return std::optional(std::move(read));
  }

  log_offset end(partition_id partition) const override {
    const auto found = ends_.find(partition);
    return found == ends_.end() ? 0 : found->second;
  }

 private:
  kafka_callbacks callbacks_;
  kafka_client client_;
  std::map<partition_id, log_offset> ends_;
};

}  // namespace

result<std::unique_ptr<topic_reader>> topic_reader::open(const kafka_options& options, const std::string& topic,
                                                         std::optional<unix_seconds> since,
                                                         std::shared_ptr<log> journal,
                                                         std::chrono::milliseconds timeout) {
  auto reader = std::make_unique<kafka_topic_reader>(std::move(journal));
  FRESHET_TRY(reader->connect(options, topic, since, timeout));
  return std::unique_ptr<topic_reader>(std::move(reader));
}

}  // namespace freshet
