// Promises under swaps, kept by the real program; kill -9 is the matter of tools/crash-test, SIGTERM of stop_test.cpp.
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::service_process;
using testing::small_shop;

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
