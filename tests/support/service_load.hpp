// What: constant traffic on a running service: recommendations, whose every answer is looked at, and events, each sent
//       again until it is accepted and entered into an oracle. For tests that break something meanwhile.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/random.hpp"
#include "io/http/client.hpp"
#include "tests/support/service_process.hpp"

namespace freshet::testing {

class service_load {
 public:
  service_load(std::string address, std::uint64_t seed) : address_(std::move(address)), seed_(seed) {
    for (std::uint64_t number = 0; number < 2; ++number) {
      threads_.emplace_back([this, number] { ask(number); });
    }
    threads_.emplace_back([this] { tell(); });
  }
  ~service_load() { stop(); }
  service_load(const service_load&) = delete;
  service_load& operator=(const service_load&) = delete;

  void stop() {
    stopping_ = true;
    for (auto& each : threads_) {
      if (each.joinable()) each.join();
    }
  }

  /// An event that is still refused is let go.
  void abandon() {
    giving_up_ = true;
    stop();
  }
  /// No event is on its way as long as it is held.
  std::unique_lock<std::mutex> hold_events() { return std::unique_lock(telling_); }
  struct sent_event {
    std::string user;
    std::string ts;
    std::string body;
  };
  /// What was let go. It may have been stored all the same; sent again, it counts once.
  const std::optional<sent_event>& unanswered() const { return unanswered_; }

  std::uint64_t answered() const { return answered_; }
  std::uint64_t refused() const { return refused_; }
  /// Times of events by user, each once, as far as they were accepted. After stop().
  const std::map<std::string, std::set<std::string>>& accepted() const { return accepted_; }

 private:
  static constexpr std::chrono::seconds patience{20};

  std::unique_ptr<http::client> connect() const {
    auto client = http::client::connect(address_, patience);
    EXPECT_TRUE(client) << client.failure().message;
    return client ? std::move(*client) : nullptr;
  }

  /// An answer is an answer or 503; anything else, or none, is a failure.
  void ask(std::uint64_t number) {
    random_source random(seed_ + number);
    auto client = connect();
    while (!stopping_ && client) {
      const auto user = std::to_string(random.below(40));
      const auto answer = client->send(http::method::post, "/v1/recommend", {{"Content-Type", "application/json"}},
                                       R"({"user_id":"load-)" + user + R"(","k":10})");
      if (!answer) {
        ADD_FAILURE() << "a request was not answered: " << answer.failure().message;
        client = connect();
        continue;
      }
      ++answered_;
      if (answer->status == 503) ++refused_;
      EXPECT_TRUE(answer->status == 200 || answer->status == 503) << answer->status << ": " << answer->body;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  void tell() {
    random_source random(seed_ + 100);
    auto client = connect();
    for (std::uint64_t number = 0; !stopping_ && client; ++number) {
      const auto user = "load-" + std::to_string(random.below(20));
      const auto ts = std::to_string(1'700'000'000 + number);
      const auto body = R"({"user_id":")" + user + R"(","item_id":"i)" + std::to_string(random.below(80) + 1) +
                        R"(","ts":)" + ts + R"(,"event_id":"load-)" + std::to_string(number) + "\"}";
      for (;;) {
        std::unique_lock telling(telling_);
        const auto answer =
            client->send(http::method::post, "/v1/events", {{"Content-Type", "application/json"}}, body);
        if (answer && answer->status == 202) break;
        if (answer) {
          EXPECT_EQ(answer->status, 503U) << answer->body;
        } else {
          client = connect();
        }
        telling.unlock();
        if (giving_up_) {
          unanswered_ = {user, ts, body};
          return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      accepted_[user].insert(ts);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  const std::string address_;
  const std::uint64_t seed_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> giving_up_{false};
  std::mutex telling_;
  std::optional<sent_event> unanswered_;
  std::atomic<std::uint64_t> answered_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::map<std::string, std::set<std::string>> accepted_;
  std::vector<std::thread> threads_;
};

/// Makes one actor after the other die, and waits until each works again.
inline void kill_every_actor(service_process& service, const std::set<std::string>& but = {"supervisor"}) {
  const auto reports = [&] {
    for (;;) {
      auto status = service.get("/v1/status");
      // While the frontend is away.
      if (status.status == 503) continue;
      EXPECT_EQ(status.status, 200U) << status.raw.body;
      std::map<std::string, std::pair<bool, std::int64_t>> actors;
      if (status.status != 200) return actors;
      for (const auto& each : status.body.at("actors").as_array()) {
        actors[std::string(each.at("name").as_string())] = {each.at("alive").as_bool(),
                                                            each.at("restarts").to_number<std::int64_t>()};
      }
      return actors;
    }
  };
  const auto before = reports();
  for (const auto& [name, state] : before) {
    if (but.contains(name)) continue;
    std::string segment = name;
    if (const auto at = segment.find('/'); at != std::string::npos) segment.replace(at, 1, "%2F");
    const auto told = service.post("/v1/control/crash/" + segment, "");
    ASSERT_EQ(told.status, 202U) << name << ": " << told.raw.body;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (;;) {
      const auto now = reports()[name];
      if (now.first && now.second == state.second + 1) break;
      ASSERT_LT(std::chrono::steady_clock::now(), until) << name << " does not come back";
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
}

/// What the service stores is what the oracle accepted, and what it recommends is what it would after a restart.
inline std::map<std::string, std::string> lists_of(service_process& service,
                                                   const std::map<std::string, std::set<std::string>>& accepted) {
  std::map<std::string, std::string> lists;
  for (const auto& [user, times] : accepted) {
    const auto answer = service.post("/v1/recommend", R"({"user_id":")" + user + R"(","k":10})");
    EXPECT_EQ(answer.status, 200U) << answer.raw.body;
    if (answer.status == 200) lists[user] = boost::json::serialize(answer.body.at("recommendations"));
  }
  return lists;
}

inline void expect_stored(service_process& service, const std::map<std::string, std::set<std::string>>& accepted) {
  for (const auto& [user, times] : accepted) {
    // Visible behind this one, and then so is all that came before.
    const auto last =
        service.post("/v1/events?wait=visible",
                     R"({"user_id":")" + user + R"(","item_id":"i1","ts":1750000000,"event_id":"last-)" + user + "\"}");
    ASSERT_EQ(last.status, 202U) << last.raw.body;
    std::multiset<std::string> stored;
    const auto listed = service.get("/v1/users/" + user + "/events?limit=1000");
    ASSERT_EQ(listed.status, 200U) << listed.raw.body;
    for (const auto& each : listed.body.at("events").as_array()) stored.insert(boost::json::serialize(each.at("ts")));
    std::multiset<std::string> expected(times.begin(), times.end());
    expected.insert("1750000000");
    EXPECT_EQ(stored, expected) << user;
  }
}

}  // namespace freshet::testing
