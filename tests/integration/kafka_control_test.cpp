// Commands through the control topic, on the real program and a real broker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "io/events/topic_reader.hpp"
#include "io/http/control_messages.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/service_load.hpp"
#include "tests/support/small_shop.hpp"
#include "tests/support/stopped_threads.hpp"

namespace freshet {
namespace {

using http::control_reply;
using http::parse_reply;
using http::render_command;
using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::command_result;
using ::testing::HasSubstr;
using testing::service_process;

constexpr const char* admin_key = "an-admin-key-of-24-bytes";

class kafka_control : public ::testing::Test {
 protected:
  kafka_control() : options_(testing::kafka_settings(testing::shared_kafka())) {
    options_.control_topic = testing::unique_name("control");
    testing::make_topic(options_, 2);
    start();
  }
  void start(const std::string& more = "") {
    std::ofstream(shop.path("control.yaml"))
        << "kafka: {control_topic: " << options_.control_topic << ", control_expiry_seconds: 60}\n"
        << "debug: {fault_injection: true}\nsupervisor: {restarts_max: 100, backoff_min_ms: 5, backoff_max_ms: 20}\n"
        << "security: {api_keys: [{name: ops, key: " << admin_key << ", scopes: [read, ingest, admin]}]}\n"
        << more;
    service_ = std::make_unique<service_process>(
        shop.directory(), std::vector<std::string>{"--config", shop.path("control.yaml"), "--kafka", options_.brokers,
                                                   "--topic", options_.topic, "--group", options_.group});
    // The topics are made by the service.
    for (int i = 0; i < 400 && !replies_; ++i) {
      auto opened =
          topic_reader::open(options_, options_.control_topic + ".replies", std::nullopt, testing::quiet_log(), 10s);
      if (opened) {
        replies_ = std::move(*opened);
      } else {
        std::this_thread::sleep_for(50ms);
      }
    }
    ASSERT_TRUE(replies_);
  }
  command_result ctl(std::vector<std::string> arguments, const std::string& key = admin_key) {
    arguments.insert(arguments.begin(), "ctl");
    arguments.insert(arguments.end(),
                     {"--kafka", options_.brokers, "--topic", options_.control_topic, "--timeout", "30"});
    if (!key.empty()) arguments.insert(arguments.end(), {"--api-key", key});
    return testing::run_freshet(arguments, shop.directory());
  }
  void send(const std::string& record) {
    auto sink = kafka_sink::open(options_, testing::quiet_log());
    ASSERT_TRUE(sink);
    (*sink)->send({.topic = options_.control_topic, .key = "", .value = record, .headers = {}},
                  [](const result<event_sink::position>& where) { EXPECT_TRUE(where); });
    ASSERT_TRUE((*sink)->flush(testing::patience));
  }
  std::string command(const std::string& id, const std::string& name, unix_seconds age = 0) {
    return render_command({.request_id = id, .command = name, .args = {}, .ts = system_clock().now_seconds() - age},
                          admin_key);
  }
  /// The next reply to this request.
  control_reply reply(const std::string& id) {
    const auto until = std::chrono::steady_clock::now() + 30s;
    while (std::chrono::steady_clock::now() < until) {
      const auto read = replies_->poll(100ms);
      if (!read || !*read) continue;
      auto parsed = parse_reply((*read)->content.value);
      if (parsed && parsed->request_id == id) return *parsed;
    }
    ADD_FAILURE() << "no reply to " << id;
    return {};
  }
  double counted(const std::string& result) {
    const auto answer = service_->send(http::method::get, "/metrics?format=prometheus",
                                       {{"Authorization", std::string("Bearer ") + admin_key}});
    const auto& text = answer.raw.body;
    const auto at = text.find("freshet_control_commands_total{result=\"" + result + "\"}");
    return at == std::string::npos ? 0 : std::stod(text.substr(text.find(' ', at)));
  }

  testing::small_shop shop;
  kafka_options options_;
  std::unique_ptr<service_process> service_;
  std::unique_ptr<topic_reader> replies_;
};

TEST_F(kafka_control, does_what_the_routes_do_for_who_has_the_key) {
  const auto paused = ctl({"pause", "--json"});
  EXPECT_EQ(paused.exit_code, 0) << paused.errors;
  EXPECT_EQ(paused.output, "{\"status\":\"paused\"}\n");
  const auto status = ctl({"status"});
  EXPECT_EQ(status.exit_code, 0) << status.errors;
  EXPECT_THAT(status.output, HasSubstr("control_consumer"));
  EXPECT_THAT(status.output, HasSubstr("paused"));
  EXPECT_EQ(ctl({"resume"}).exit_code, 0);
  const auto followed = ctl({"train", "--wait"});
  EXPECT_EQ(followed.exit_code, 1) << followed.errors;
  EXPECT_THAT(followed.output, AllOf(HasSubstr("failed"), HasSubstr("holds no events to train on")));
  const auto unknown = ctl({"activate", "als_1"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.errors, HasSubstr("registry"));
  for (const std::string key : {"", "some-other-key-of-24-bytes"}) {
    const auto refused = ctl({"pause"}, key);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.errors, HasSubstr("(401)"));
  }
  EXPECT_EQ(counted("unauthorized"), 2);
}

TEST_F(kafka_control, does_nothing_twice_not_even_over_a_restart_and_counts_garbage) {
  const auto pause = command("once", "pause");
  send(pause);
  EXPECT_EQ(reply("once").status, 200U);
  send(pause);
  EXPECT_TRUE(reply("once").repeated);
  send("garbage");
  send(command("old", "resume", 61));
  EXPECT_EQ(reply("old").status, 410U);
  EXPECT_EQ(counted("garbage"), 1);
  EXPECT_EQ(counted("done"), 1);
  EXPECT_EQ(counted("repeated"), 1);
  EXPECT_EQ(counted("expired"), 1);

  send(command("leave", "drain"));
  EXPECT_EQ(reply("leave").status, 202U);
  EXPECT_EQ(service_->process().wait(30s), 0);
  // Sent while nobody listens.
  send(command("later", "pause"));
  start();
  EXPECT_EQ(reply("later").status, 200U);
  send(pause);
  EXPECT_EQ(reply("once").status, 409U);
  EXPECT_EQ(counted("done"), 1) << "it does not drain again";
}

TEST_F(kafka_control, gives_up_a_command_that_hangs_and_does_the_next) {
  EXPECT_EQ(service_->stop(), 0);
  start("server: {request_deadline_ms: 500}\n");
  {
    const testing::stopped_threads hanging(service_->process().pid(), testing::pool_threads);
    send(command("hangs", "pause"));
    const auto late = reply("hangs");
    EXPECT_EQ(late.status, 504U);
    EXPECT_THAT(late.answer, HasSubstr("within 500 ms"));
  }
  int number = 0;
  EXPECT_TRUE(testing::eventually([&] {
    const auto id = "next-" + std::to_string(++number);
    send(command(id, "status"));
    return reply(id).status == 200;
  }));
}

}  // namespace
}  // namespace freshet
