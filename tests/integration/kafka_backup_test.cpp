// A backup of a service that consumes a topic: histories and offsets in it are of one moment, so whoever restores it
// goes on behind its last event, and nobody who was erased since comes back with the records that follow.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;

using history = std::multiset<std::string>;

/// Sends events into the topic for as long as it lives: every other one with an id, every tenth of those twice.
class shoppers {
 public:
  explicit shoppers(const kafka_options& options)
      : thread_([this, options](const std::stop_token& stop) {
          auto sink = kafka_sink::open(options, quiet_log());
          ASSERT_TRUE(sink) << sink.failure().message;
          for (int n = 0; !stop.stop_requested(); ++n) {
            const auto user = "b" + std::to_string(n % 7);
            const auto item = "i" + std::to_string(n % 80);
            const auto ts = std::to_string(1'700'000'000 + n);
            auto event = R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":)" + ts;
            if (n % 2 == 0) event += R"(,"event_id":"e-)" + std::to_string(n) + "\"";
            event += "}";
            for (int times = n % 20 == 0 ? 2 : 1; times > 0; --times) {
              (*sink)->append(user, event, [this](const auto& where) { refused_ += where ? 0 : 1; });
              ++records_;
            }
            wanted_[user].insert(item + " " + ts);
            std::this_thread::sleep_for(500us);
          }
          ASSERT_TRUE((*sink)->flush(patience));
        }) {}

  long long records() const { return records_; }
  /// Every event once; all of them are in the topic then.
  const std::map<std::string, history>& stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    EXPECT_EQ(refused_, 0);
    return wanted_;
  }

 private:
  std::atomic<long long> records_ = 0;
  std::atomic<int> refused_ = 0;
  std::map<std::string, history> wanted_;
  std::jthread thread_;
};

class kafka_backup : public ::testing::Test {
 protected:
  void SetUp() override {
    make_topic(options_, 3);
    // A member that was killed is missed sooner than by default.
    std::ofstream(shop_.path("settings.yaml"))
        << "warmup: {enabled: false}\nkafka: {session.timeout.ms: 2000, heartbeat.interval.ms: 500}\n";
    shop_.ingest();
    shop_.train();
  }

  std::unique_ptr<service_process> serve(const std::string& place) {
    return std::make_unique<service_process>(
        place, std::vector<std::string>{"--config", shop_.path("settings.yaml"), "--kafka", options_.brokers, "--topic",
                                        options_.topic, "--group", options_.group});
  }
  boost::json::object back_up() {
    const auto made = shop_.run({"backup", "--db", shop_.path("db"), "--model-dir", shop_.path("artifacts"), "--to",
                                 shop_.path("backups"), "--json"});
    return boost::json::parse(made.output).as_object();
  }
  /// Until so many records are consumed.
  static void await_records(service_process& service, const std::function<long long()>& wanted) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      long long consumed = 0;
      const auto status = service.get("/v1/status");
      ASSERT_EQ(status.status, 200U) << status.raw.body;
      for (const auto& each : status.body.at("ingestion").at("partitions").as_array()) {
        consumed += each.at("position").to_number<long long>();
      }
      if (consumed >= wanted()) return;
      ASSERT_LT(std::chrono::steady_clock::now(), until)
          << consumed << " of " << wanted() << " records: " << status.raw.body;
      std::this_thread::sleep_for(10ms);
    }
  }
  static history history_of(service_process& service, const std::string& user) {
    history found;
    std::string before;
    for (;;) {
      const auto page = service.get("/v1/users/" + user + "/events?limit=1000" + before);
      if (page.status != 200) return found;
      for (const auto& each : page.body.at("events").as_array()) {
        found.insert(std::string(each.at("item_id").as_string()) + " " +
                     std::to_string(each.at("ts").to_number<long long>()));
      }
      if (page.body.at("next").is_null()) return found;
      before = "&before=" + std::string(page.body.at("next").as_string());
    }
  }
  /// Events of somebody who goes; without ids, only their place tells them apart.
  void tell_of_ada(int count) {
    auto sink = kafka_sink::open(options_, quiet_log());
    ASSERT_TRUE(sink) << sink.failure().message;
    for (int n = 0; n < count; ++n) {
      (*sink)->append("ada", R"({"user_id":"ada","item_id":"i1","ts":)" + std::to_string(1'700'000'000 + ++told_) + "}",
                      [](const auto& where) { EXPECT_TRUE(where); });
    }
    ASSERT_TRUE((*sink)->flush(patience));
  }
  static void await_events_of_ada(service_process& service, std::size_t count) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (history_of(service, "ada").size() < count && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(10ms);
    }
    ASSERT_EQ(history_of(service, "ada").size(), count);
  }

  kafka_options options_ = kafka_settings(shared_kafka());
  small_shop shop_;
  int told_ = 0;
};

TEST_F(kafka_backup, made_while_a_topic_is_consumed_goes_on_behind_its_last_event_without_loss_or_doubling) {
  shoppers traffic(options_);
  auto service = serve(shop_.directory());
  tell_of_ada(20);
  await_events_of_ada(*service, 20);
  std::vector<boost::json::object> made;
  for (const long long more : {300, 300}) {
    await_records(*service, [&, wanted = traffic.records() + more] { return wanted; });
    made.push_back(back_up());
  }
  // What the log holds from here on is in no backup.
  tell_of_ada(20);
  await_events_of_ada(*service, 40);
  ASSERT_EQ(service->remove("/v1/users/ada").status, 200U);
  await_records(*service, [&, wanted = traffic.records() + 300] { return wanted; });
  service->kill();
  service.reset();

  // Events go on while nobody takes them in, and while the restored database catches up.
  const auto restored = shop_.run({"restore", "--from", shop_.path("backups"), "--db", shop_.path("new/db"),
                                   "--model-dir", shop_.path("new/artifacts"), "--json"});
  const auto receipt = boost::json::parse(restored.output);
  EXPECT_EQ(receipt.at("id"), made.back().at("id"));
  EXPECT_EQ(receipt.at("erased_users").to_number<int>(), 1);
  long long stored = 0;
  for (const auto& each : receipt.at("positions").as_array()) {
    if (each.at("source").as_string() == options_.topic) stored += each.at("next_offset").to_number<long long>();
  }
  EXPECT_GE(stored, 600) << restored.output;
  service = serve(shop_.path("new"));
  await_records(*service, [&, wanted = traffic.records() + 300] { return wanted; });
  const auto& wanted = traffic.stop();
  await_records(*service, [&] { return traffic.records() + told_; });

  std::size_t events = small_shop::events;
  for (const auto& [user, lines] : wanted) {
    EXPECT_EQ(history_of(*service, user), lines) << user;
    events += lines.size();
  }
  EXPECT_EQ(service->get("/v1/users/ada").status, 404U) << "erased after the backup, though the log still holds her";
  EXPECT_EQ(service->get("/v1/status").body.at("store").at("events").to_number<std::size_t>(), events);
  EXPECT_EQ(service->get("/recommend?k=5&user_id=u8").status, 200U);
  EXPECT_EQ(service->stop(), 0);
}

}  // namespace
}  // namespace freshet
