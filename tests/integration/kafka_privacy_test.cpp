// Promise G1 with a broker: a topic keeps what an erasure took out of the service, and no replay of it brings anybody
// back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <thread>

#include "tests/support/files_with.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;
using ::testing::IsEmpty;

class kafka_privacy : public ::testing::Test {
 protected:
  void SetUp() override { make_topic(options_, 3); }

  std::unique_ptr<service_process> serve() {
    return std::make_unique<service_process>(
        directory_.path(), std::vector<std::string>{"--kafka", options_.brokers, "--topic", options_.topic, "--group",
                                                    unique_name("group")});
  }
  /// Events of users, and a record of the one that is none.
  void produce_all() {
    auto sink = kafka_sink::open(options_, quiet_log());
    ASSERT_TRUE(sink);
    std::atomic<int> refused = 0;
    const auto send = [&](const std::string& user, const std::string& value) {
      (*sink)->append(user, value, [&](const auto& where) { refused += where ? 0 : 1; });
    };
    for (int n = 0; n < 30; ++n) {
      const std::string user = n % 3 == 0 ? "u-xyzzy" : "other-" + std::to_string(n % 7);
      send(user, R"({"user_id":")" + user + R"(","item_id":"item-)" + std::to_string(n % 4) + R"(","ts":)" +
                     std::to_string(1'700'000'000 + n) + R"(,"properties":{"note":"note-of-)" + user + "\"}}");
    }
    send("u-xyzzy", R"({"user_id":"u-xyzzy","note":"note-of-u-xyzzy")");
    ASSERT_TRUE((*sink)->flush(patience));
    ASSERT_EQ(refused, 0);
  }
  /// Once everything that lies in the topic is consumed.
  static boost::json::object store_of(service_process& service, long long records) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      const auto status = service.get("/v1/status");
      long long position = 0;
      if (status.status == 200) {
        for (const auto& each : status.body.at("ingestion").at("partitions").as_array()) {
          position += each.at("position").to_number<long long>();
        }
        if (position == records) return status.body.at("store").as_object();
      }
      if (std::chrono::steady_clock::now() > until) {
        ADD_FAILURE() << position << " of " << records << " records were consumed";
        return {};
      }
      std::this_thread::sleep_for(20ms);
    }
  }
  std::vector<std::string> traces() {
    auto found = files_with(directory_.path(), {"u-xyzzy"});
    std::erase(found, "logs/gdpr.log: u-xyzzy");
    return found;
  }

  kafka_options options_ = kafka_settings(shared_kafka());
  temporary_directory directory_;
};

TEST_F(kafka_privacy, a_replay_of_the_topic_brings_no_erased_user_back) {
  produce_all();
  auto service = serve();
  EXPECT_EQ(store_of(*service, 31).at("events").to_number<int>(), 30);
  EXPECT_EQ(service->get("/v1/users/u-xyzzy").body.at("events").to_number<int>(), 10);
  const auto receipt = service->remove("/v1/users/u-xyzzy");
  EXPECT_THAT(traces(), IsEmpty());
  ASSERT_EQ(receipt.status, 200U) << receipt.raw.body;
  EXPECT_EQ(receipt.body.at("events").to_number<int>(), 10);

  // The same records at later offsets.
  produce_all();
  EXPECT_EQ(store_of(*service, 62).at("events").to_number<int>(), 40) << "the events of others have no ids here";
  EXPECT_EQ(service->get("/v1/users/u-xyzzy").status, 404U);
  EXPECT_EQ(service->stop(), 0);

  // The whole topic from offset 0, into a database that knows of nothing but the ledger beside it.
  std::filesystem::remove_all(directory_.path() / "db");
  std::filesystem::remove_all(directory_.path() / "logs");
  service = serve();
  EXPECT_EQ(store_of(*service, 62).at("events").to_number<int>(), 40);
  EXPECT_EQ(service->get("/v1/users/u-xyzzy").status, 404U);
  EXPECT_EQ(service->get("/v1/users/other-1").status, 200U);
  EXPECT_EQ(service->stop(), 0);
}

}  // namespace
}  // namespace freshet
