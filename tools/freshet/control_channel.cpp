#include "tools/freshet/control_channel.hpp"

#include <boost/json.hpp>
#include <random>

#include "actors/control_consumer.hpp"
#include "io/events/kafka_sink.hpp"
#include "io/events/topic_reader.hpp"
#include "io/http/client.hpp"
#include "io/http/control_messages.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

class by_http final : public control_channel {
 public:
  by_http(std::unique_ptr<http::client> service, const std::string& api_key) : service_(std::move(service)) {
    if (!api_key.empty()) headers_.emplace_back("Authorization", "Bearer " + api_key);
  }
  result<http::response> send(const http::control_command& command, const json::object& arguments) override {
    FRESHET_ASSIGN(const auto asked, http::make_request(command, arguments));
    auto headers = headers_;
    headers.insert(headers.end(), asked.headers.begin(), asked.headers.end());
    return service_->send(asked.verb, asked.target, headers, asked.body);
  }
  milliseconds pace() const override { return milliseconds(200); }

 private:
  std::unique_ptr<http::client> service_;
  http::field_list headers_;
};

std::string new_request_id() {
  std::random_device seed;
  const std::string bytes = std::to_string(seed()) + std::to_string(seed()) + std::to_string(seed());
  return to_hex(sha256(bytes)).substr(0, 32);
}

class by_kafka final : public control_channel {
 public:
  by_kafka(kafka_options kafka, std::string api_key, milliseconds timeout)
      : kafka_(std::move(kafka)), api_key_(std::move(api_key)), timeout_(timeout) {}

  status connect() {
    // librdkafka tells what goes wrong; the sentence of the error says it too.
    journal_ = log::to_stderr("ERROR");
    // From its present end on: before the command there can be no reply.
    FRESHET_ASSIGN(replies_,
                   topic_reader::open(kafka_, reply_topic(kafka_.control_topic), std::nullopt, journal_, timeout_));
    FRESHET_ASSIGN(sink_, kafka_sink::open(kafka_, journal_));
    return success{};
  }

  result<http::response> send(const http::control_command& command, const json::object& arguments) override {
    // So that a wrong argument is told here.
    FRESHET_TRY(http::make_request(command, arguments));
    const http::control_message message{.request_id = new_request_id(),
                                        .command = std::string(command.name),
                                        .args = arguments,
                                        .ts = system_clock().now_seconds()};
    const auto until = std::chrono::steady_clock::now() + timeout_;
    sink_->send({.topic = kafka_.control_topic,
                 .key = message.request_id,
                 .value = http::render_command(message, api_key_),
                 .headers = {}},
                [](const result<event_sink::position>&) {});
    FRESHET_TRY(sink_->flush(timeout_));
    while (std::chrono::steady_clock::now() < until) {
      FRESHET_ASSIGN(const auto read, replies_->poll(milliseconds(100)));
      if (!read) continue;
      auto reply = http::parse_reply(read->content.value);
      if (!reply || reply->request_id != message.request_id) continue;
      return http::response{.status = reply->status, .body = std::move(reply->answer), .headers = {}};
    }
    return error{error_code::unavailable, "no service answered within " + std::to_string(timeout_.count() / 1000) +
                                              " s on " + reply_topic(kafka_.control_topic) + "; request " +
                                              message.request_id + " may still be done"};
  }
  milliseconds pace() const override { return milliseconds(2'000); }

 private:
  const kafka_options kafka_;
  const std::string api_key_;
  const milliseconds timeout_;
  std::shared_ptr<log> journal_;
  std::unique_ptr<topic_reader> replies_;
  std::unique_ptr<kafka_sink> sink_;
};

}  // namespace

result<std::unique_ptr<control_channel>> http_channel(const std::string& url, const std::string& api_key,
                                                      milliseconds timeout) {
  FRESHET_ASSIGN(auto service, http::client::connect(url, timeout));
  return std::unique_ptr<control_channel>(std::make_unique<by_http>(std::move(service), api_key));
}

result<std::unique_ptr<control_channel>> kafka_channel(const kafka_options& kafka, const std::string& api_key,
                                                       milliseconds timeout) {
  auto made = std::make_unique<by_kafka>(kafka, api_key, timeout);
  FRESHET_TRY(made->connect());
  return std::unique_ptr<control_channel>(std::move(made));
}

result<json::object> body_of(const http::response& answer) {
  json::error_code failed;
  auto body = json::parse(answer.body, failed);
  const auto* members = failed ? nullptr : body.if_object();
  if (answer.status >= 300) {
    const auto* detail = members == nullptr ? nullptr : members->if_contains("detail");
    const std::string why = detail != nullptr && detail->is_string() ? std::string(detail->get_string()) : answer.body;
    return error{answer.status < 500 ? error_code::invalid_argument : error_code::unavailable,
                 why + " (" + std::to_string(answer.status) + ")"};
  }
  if (members == nullptr) return error{error_code::corrupted, "what answered is no service of Freshet"};
  return std::move(body.get_object());
}

}  // namespace freshet::tools
