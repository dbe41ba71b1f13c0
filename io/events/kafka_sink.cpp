#include "io/events/kafka_sink.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <atomic>
#include <thread>

#include "io/events/kafka_client.hpp"

namespace freshet {
namespace {

using std::chrono::milliseconds;

constexpr int poll_ms = 100;
/// For the callbacks of what is cancelled at the end.
constexpr int purge_ms = 5'000;

class kafka_producer final : public kafka_sink {
 public:
  kafka_producer(const kafka_options& options, std::shared_ptr<log> log)
      : options_(options), callbacks_{std::move(log)} {}
  ~kafka_producer() override;
  kafka_producer(const kafka_producer&) = delete;
  kafka_producer& operator=(const kafka_producer&) = delete;

  status start();
  void append(std::string key, std::string value, delivered done) override {
    send({.topic = options_.topic, .key = std::move(key), .value = std::move(value)}, std::move(done));
  }
  void send(outgoing_record record, delivered done) override;
  status flush(milliseconds deadline) override;

 private:
  const kafka_options options_;
  kafka_callbacks callbacks_;
  kafka_client client_;
  std::atomic<bool> stopping_ = false;
  std::thread reports_;
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  const std::unique_ptr<event_sink::delivered> done(static_cast<event_sink::delivered*>(message->_private));
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    (*done)(event_sink::position{static_cast<partition_id>(message->partition), message->offset});
  } else {
    (*done)(kafka_error(message->err,
                        std::string("a record for topic ") + rd_kafka_topic_name(message->rkt) + " was not delivered"));
  }
}

void on_error(rd_kafka_t*, int, const char* why, void* opaque) {
  static_cast<kafka_callbacks*>(opaque)->log->warning("kafka: " + std::string(why));
}

status kafka_producer::start() {
  FRESHET_ASSIGN(auto configuration, configure_kafka(options_, kafka_role::producer, callbacks_));
  rd_kafka_conf_set_dr_msg_cb(configuration.get(), on_delivery);
  rd_kafka_conf_set_error_cb(configuration.get(), on_error);
  FRESHET_ASSIGN(client_, start_kafka(std::move(configuration), kafka_role::producer));
  reports_ = std::thread([this] {
    while (!stopping_) rd_kafka_poll(client_.get(), poll_ms);
  });
  return success{};
}

kafka_producer::~kafka_producer() {
  if (!client_) return;
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(client_.get(), purge_ms);
  stopping_ = true;
  reports_.join();
}

void kafka_producer::send(outgoing_record record, delivered done) {
  rd_kafka_headers_t* headers = record.headers.empty() ? nullptr : rd_kafka_headers_new(record.headers.size());
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  auto report = std::make_unique<delivered>(std::move(done));
  std::array<rd_kafka_vu_t, 6> fields{};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = record.topic.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_KEY;
  fields[1].u.mem.ptr = record.key.empty() ? nullptr : record.key.data();
  fields[1].u.mem.size = record.key.size();
  fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[2].u.mem.ptr = record.value.data();
  fields[2].u.mem.size = record.value.size();
  fields[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[3].u.i = RD_KAFKA_MSG_F_COPY;
  fields[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  fields[4].u.ptr = report.get();
  std::size_t used = 5;
  if (headers != nullptr) {
    fields[used].vtype = RD_KAFKA_VTYPE_HEADERS;
    fields[used].u.headers = headers;
    ++used;
  }
  rd_kafka_error_t* failed = rd_kafka_produceva(client_.get(), fields.data(), used);
  if (failed == nullptr) {
    // The delivery report owns it now.
    (void)report.release();
    return;
  }
  const error why = kafka_error(rd_kafka_error_code(failed), "a record for topic " + record.topic + " was not taken");
  rd_kafka_error_destroy(failed);
  if (headers != nullptr) rd_kafka_headers_destroy(headers);
  (*report)(why);
}

status kafka_producer::flush(milliseconds deadline) {
  const auto code = rd_kafka_flush(client_.get(), static_cast<int>(deadline.count()));
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return success{};
  return error{error_code::unavailable, std::to_string(rd_kafka_outq_len(client_.get())) + " records for " +
                                            options_.brokers + " are not delivered after " +
                                            std::to_string(deadline.count()) + " ms"};
}

}  // namespace

result<std::unique_ptr<kafka_sink>> kafka_sink::open(const kafka_options& options, std::shared_ptr<log> log) {
  auto producer = std::make_unique<kafka_producer>(options, std::move(log));
  FRESHET_TRY(producer->start());
  return std::unique_ptr<kafka_sink>(std::move(producer));
}

}  // namespace freshet
