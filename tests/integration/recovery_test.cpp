// Promises under kill -9, SIGTERM and swaps, kept by the real program.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "core/base/random.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::service_process;
using testing::small_shop;

std::uint64_t stored_events(service_process& service, const std::string& user) {
  const auto listed = service.get("/v1/users/" + user + "/events?limit=1000");
  return listed.status == 200 ? listed.body.at("events").as_array().size() : 0;
}

TEST(recovery, whatever_was_acknowledged_survives_a_kill_at_any_moment) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  const testing::temporary_directory directory;
  std::uint64_t acknowledged = 0;
  std::uint64_t sent = 0;
  for (int round = 0; round < 5; ++round) {
    service_process service(directory.path());
    EXPECT_GE(stored_events(service, "ada"), acknowledged);
    EXPECT_LE(stored_events(service, "ada"), sent);
    std::jthread killer([&, pause = std::chrono::milliseconds(20 + random.below(200))] {
      std::this_thread::sleep_for(pause);
      service.process().signal(SIGKILL);
    });
    for (;;) {
      const auto number = std::to_string(sent++);
      const auto posted = service.post("/v1/events", R"({"user_id":"ada","item_id":"i)" + number +
                                                         R"(","ts":1700000000,"event_id":")" + number + "\"}");
      if (posted.status != 202) break;
      ++acknowledged;
    }
  }
  service_process service(directory.path());
  EXPECT_GE(stored_events(service, "ada"), std::min<std::uint64_t>(acknowledged, 1000));
  EXPECT_GT(acknowledged, 0U);
}

TEST(recovery, a_stop_under_load_answers_every_request_it_took_and_exits_0) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  std::atomic<bool> stopping{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed_before_stop{0};
  {
    std::vector<std::jthread> clients;
    for (int number = 0; number < 4; ++number) {
      clients.emplace_back([&, address = service.address()] {
        auto client = http::client::connect(address, 5s);
        while (client) {
          const bool early = !stopping;
          const auto came = (*client)->send(http::method::get, "/recommend?user_id=u1");
          if (!came) return;
          if (came->status == 200) {
            ++answered;
          } else if (early) {
            ++failed_before_stop;
          }
        }
      });
    }
    std::this_thread::sleep_for(300ms);
    stopping = true;
    service.process().signal(SIGTERM);
    EXPECT_EQ(service.process().wait(30s), 0) << service.process().errors();
  }
  EXPECT_GT(answered, 0);
  EXPECT_EQ(failed_before_stop, 0);
}

TEST(recovery, swapping_models_under_load_fails_no_request_and_mixes_no_two_models) {
  small_shop shop;
  shop.ingest();
  shop.train("als", "1");
  shop.train("als", "2");
  const auto models =
      boost::json::parse(shop.run({"model", "list", "--model-dir", shop.path("artifacts"), "--json"}).output);
  const auto& list = models.is_array() ? models.as_array() : models.at("models").as_array();
  ASSERT_EQ(list.size(), 2U);
  std::vector<std::string> known;
  for (const auto& each : list) known.emplace_back(each.at("model_id").as_string());

  service_process service(shop.directory());
  std::atomic<bool> done{false};
  std::atomic<int> answered{0};
  std::atomic<int> failed{0};
  std::map<std::string, std::set<std::string>> lists_by_model;
  std::mutex mutex;
  {
    std::vector<std::jthread> clients;
    for (int number = 0; number < 3; ++number) {
      clients.emplace_back([&, address = service.address()] {
        auto client = http::client::connect(address, 5s);
        while (!done) {
          const auto came = (*client)->send(http::method::post, "/v1/recommend", {{"Content-Type", "application/json"}},
                                            R"({"user_id":"u7","k":10})");
          if (!came || came->status != 200) {
            ++failed;
            continue;
          }
          ++answered;
          const auto body = boost::json::parse(came->body);
          const std::lock_guard lock(mutex);
          lists_by_model[std::string(body.at("model_id").as_string())].insert(
              boost::json::serialize(body.at("recommendations")));
        }
      });
    }
    for (int swap = 0; swap < 10; ++swap) {
      shop.run({"model", "activate", known[static_cast<std::size_t>(swap) % 2], "--model-dir", shop.path("artifacts")});
      EXPECT_EQ(service.post("/reload_model", "").status, 200U);
    }
    done = true;
  }
  EXPECT_GT(answered, 0);
  EXPECT_EQ(failed, 0);
  ASSERT_EQ(lists_by_model.size(), 2U);
  for (const auto& [model, lists] : lists_by_model) EXPECT_EQ(lists.size(), 1U) << model << " gave different lists";
}

TEST(recovery, a_second_owner_is_refused_with_a_sentence) {
  const testing::temporary_directory directory;
  service_process service(directory.path());
  const auto impatient = directory / "impatient.yaml";
  std::ofstream(impatient) << "server: {drain_deadline_ms: 100}\n";
  const auto second = testing::run_freshet(
      {"serve", "--db", (directory / "db").string(), "--port", "0", "--config", impatient.string()}, directory.path());
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.errors.find("db"), std::string::npos) << second.errors;
}

}  // namespace
}  // namespace freshet
