// A broker that asks for TLS and a password: a service with both, one with the wrong password, one that does not trust
// the certificate, one whose user may do nothing until rights are given. And a broker that goes away under a service
// and comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <set>
#include <thread>

#include "tests/support/files_with.hpp"
#include "tests/support/kafka_admin.hpp"
#include "tests/support/kafka_cluster.hpp"
#include "tests/support/kafka_records.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

const std::string wrong_password = "not-the-password-7f3a";

/// A service of its own beside such a broker.
class guest {
 public:
  explicit guest(const kafka_options& options) {
    std::ofstream file(directory_ / "kafka.yaml");
    file << "kafka:\n";
    for (const auto& [name, value] : options.properties) file << "  " << name << ": '" << value << "'\n";
    file.close();
    service_ = std::make_unique<service_process>(
        directory_.path(),
        std::vector<std::string>{"--config", (directory_ / "kafka.yaml").string(), "--kafka", options.brokers,
                                 "--topic", options.topic, "--group", options.group});
  }

  service_process* operator->() { return service_.get(); }
  std::string shown() { return service_->get("/readyz?verbose").raw.body; }
  void await_shown(const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (shown().find(text) == std::string::npos) {
      ASSERT_LT(std::chrono::steady_clock::now(), until) << "not " << text << " but " << shown();
      std::this_thread::sleep_for(50ms);
    }
  }
  service_process::answer tell(int number) {
    return service_->post("/v1/events?wait=visible", R"({"user_id":"ada","item_id":"i1","ts":)" +
                                                         std::to_string(1'700'000'000 + number) + R"(,"event_id":"e)" +
                                                         std::to_string(number) + "\"}");
  }
  /// Whether any line of it, on standard error or in its log files, holds the text.
  bool says(const std::string& text) {
    if (service_->process().errors().find(text) != std::string::npos) return true;
    return !files_with(directory_ / "logs", {text}).empty();
  }

 private:
  temporary_directory directory_;
  std::unique_ptr<service_process> service_;
};

TEST(kafka_security, lets_in_who_has_the_password_names_what_else_is_wrong_and_survives_a_broker_that_goes_away) {
  kafka_cluster broker(1, kafka_cluster::access::secure);
  const auto options = broker.settings();
  make_topic(options, 2);

  const temporary_directory secrets;
  std::ofstream(secrets / "password") << options.properties.at("sasl.password") << "\n";
  ::setenv("FRESHET_KAFKA__SASL__PASSWORD_FILE", (secrets / "password").c_str(), 1);
  auto right = options;
  right.properties.erase("sasl.password");
  right.properties["message.timeout.ms"] = "1000";
  guest service(right);
  ::unsetenv("FRESHET_KAFKA__SASL__PASSWORD_FILE");

  std::jthread stranger([&] {
    auto wrong = options;
    wrong.properties["sasl.password"] = wrong_password;
    guest barred(wrong);
    barred.await_shown("uthentication");
    EXPECT_THAT(barred.shown(), HasSubstr(R"("status":"degraded")"));
    EXPECT_FALSE(barred.says(wrong_password)) << "a password is in no log";
  });
  std::jthread suspicious([&] {
    auto untrusting = options;
    untrusting.properties.erase("ssl.ca.location");
    guest barred(untrusting);
    barred.await_shown("certificate");
    EXPECT_FALSE(barred.says(options.properties.at("sasl.password"))) << "a password is in no log";
  });
  std::jthread powerless([&] {
    auto permitted = options;
    permitted.properties["sasl.username"] = "guest";
    permitted.properties["topic.metadata.refresh.interval.ms"] = "500";
    permitted.group = unique_name("guest");
    guest barred(permitted);
    barred.await_shown("uthoriz");
    EXPECT_EQ(barred->get("/v1/popular").status, 200U) << "answers go on";
    kafka_admin(options).allow("guest", permitted.group);
    barred.await_shown(R"("status":"ready")");
    const auto until = std::chrono::steady_clock::now() + patience;
    while (barred->get("/v1/users/ada").status != 200U) ASSERT_LT(std::chrono::steady_clock::now(), until);
  });
  std::set<int> accepted;
  for (int number = 0; number < 20; ++number) {
    const auto told = service.tell(number);
    ASSERT_EQ(told.status, 202U) << told.raw.body << service.shown();
    accepted.insert(number);
  }
  stranger.join();
  suspicious.join();
  powerless.join();
  broker.kill(0);
  service.await_shown("no broker of " + options.brokers + " can be reached");
  EXPECT_EQ(service->get("/readyz").raw.body, R"({"status":"degraded"})");
  EXPECT_EQ(service->get("/v1/popular").status, 200U) << "answers go on";
  const auto refused = service.tell(100);
  EXPECT_EQ(refused.status, 503U) << refused.raw.body;
  broker.start(0);
  service.await_shown(R"("status":"ready")");
  for (int number = 20; number < 40; ++number) {
    for (;;) {
      const auto told = service.tell(number);
      if (told.status == 202) break;
      ASSERT_EQ(told.status, 503U) << told.raw.body;
    }
    accepted.insert(number);
  }
  std::multiset<std::int64_t> stored;
  const auto listed = service->get("/v1/users/ada/events?limit=1000");
  for (const auto& each : listed.body.at("events").as_array()) {
    stored.insert(each.at("ts").to_number<std::int64_t>() - 1'700'000'000);
  }
  for (const int number : accepted) EXPECT_EQ(stored.count(number), 1U) << number;
  EXPECT_FALSE(service.says(options.properties.at("sasl.password"))) << "a password is in no log";
}

}  // namespace
}  // namespace freshet
