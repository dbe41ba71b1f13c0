// The life of models in one service under constant load and event traffic: trained, gated, in shadow, as a canary,
// promoted; a degraded and a damaged candidate refused; bad live figures rolled back. Every answer is checked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "io/http/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using testing::service_process;
using testing::small_shop;
using namespace std::chrono_literals;

std::string text(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

std::string text(const boost::json::value& of, const char* name) {
  return text(of.at(name));
}

constexpr int users_of_each = 40;
constexpr std::size_t list_length = 5;
/// Of the shop's 80 items: who has so many takes the same ones again, so that there is always something to be shown.
constexpr std::size_t items_of_one_max = 60;

/// Asks for users of its own, one after the other, lets every fourth take something, and knows what they have seen.
class shopper {
 public:
  shopper(std::string address, int first_user) : address_(std::move(address)), first_user_(first_user) {
    thread_ = std::thread([this] { run(); });
  }
  ~shopper() { stop(); }
  shopper(const shopper&) = delete;
  shopper& operator=(const shopper&) = delete;

  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::vector<std::string> complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
  }
  std::map<std::string, int> answers_by_model() const {
    const std::lock_guard lock(mutex_);
    return by_model_;
  }

 private:
  void run() {
    auto connected = http::client::connect(address_, 20s);
    if (!connected) return complain("cannot connect: " + connected.failure().message);
    client_ = std::move(*connected);
    for (int turn = 0; !stopping_; ++turn) {
      const std::string user = "u" + std::to_string(first_user_ + turn % users_of_each);
      if (!seen_.contains(user)) read_history(user);
      const auto list = ask(user);
      if (turn % 4 != 0 || list.items.empty()) continue;
      const bool has_enough = seen_[user].size() >= items_of_one_max;
      take(user, has_enough ? *seen_[user].begin() : list.items[static_cast<std::size_t>(turn) % list.items.size()],
           list.id);
    }
  }

  struct shown {
    std::vector<std::string> items;
    std::string id;
  };
  shown ask(const std::string& user) {
    const auto body = send(http::method::post, "/v1/recommend",
                           R"({"user_id":")" + user + R"(","k":)" + std::to_string(list_length) + "}", 200);
    if (!body.is_object()) return {};
    shown list;
    for (const auto& each : body.at("recommendations").as_array()) list.items.push_back(text(each, "item_id"));
    if (list.items.empty()) complain("nothing for " + user);
    for (const auto& each : list.items) {
      if (seen_[user].contains(each)) complain(user + " has seen " + each);
    }
    if (const auto* id = body.as_object().if_contains("recommendation_id")) list.id = text(*id);
    const std::lock_guard lock(mutex_);
    ++by_model_[text(body, "model_id")];
    return list;
  }
  void take(const std::string& user, const std::string& item, const std::string& list) {
    send(http::method::post, "/v1/events?wait=visible",
         R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":1760000000,"recommendation_id":")" + list +
             "\"}",
         202);
    seen_[user].insert(item);
  }
  void read_history(const std::string& user) {
    auto& known = seen_[user];
    const auto body = send(http::method::get, "/v1/users/" + user + "/events?limit=1000", "", 200);
    if (!body.is_object()) return;
    for (const auto& each : body.at("events").as_array()) known.insert(text(each, "item_id"));
  }
  boost::json::value send(http::method verb, const std::string& target, const std::string& body, unsigned wanted) {
    http::field_list headers;
    if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
    const auto answer = client_->send(verb, target, headers, body);
    if (!answer || answer->status != wanted) {
      complain(target + ": " +
               (answer ? std::to_string(answer->status) + " " + answer->body : answer.failure().message));
      return {};
    }
    boost::system::error_code failed;
    return boost::json::parse(answer->body, failed);
  }
  void complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (complaints_.size() < 10) complaints_.push_back(what);
  }

  const std::string address_;
  const int first_user_;
  std::unique_ptr<http::client> client_;
  std::map<std::string, std::set<std::string>> seen_;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> complaints_;
  std::map<std::string, int> by_model_;
  std::thread thread_;
};

class lifecycle : public ::testing::Test {
 protected:
  lifecycle() {
    shop.ingest();
    std::ofstream(shop.path("service.yaml"))
        << "retrain: {model: als, params: {factors: 8, iterations: 5}}\n"
           "rollout: {stage: shadow, share: 0.5}\n"
           "live_guard: {window_seconds: 60, requests_min: 40, fallback_rate_max: 0.5, p99_max_ms: 60000}\n";
  }

  static boost::json::value train(service_process& service, const std::string& body) {
    const auto begun = service.post("/v1/train", body);
    EXPECT_EQ(begun.status, 202U) << begun.raw.body;
    if (begun.status != 202) return {};
    const auto id = text(begun.body, "id");
    boost::json::value task;
    EXPECT_TRUE(eventually([&] {
      task = service.get("/v1/tasks/" + id).body;
      return text(task, "state") != "running";
    }));
    return task;
  }
  static std::string serving(service_process& service) { return text(service.get("/model_info").body, "model_id"); }
  static std::string model_for(service_process& service, int user) {
    return text(service.post("/v1/recommend", R"({"user_id":"u)" + std::to_string(user) + R"("})").body, "model_id");
  }
  /// Of a series in the metrics; -1 where there is none.
  static double figure(service_process& service, const std::string& series) {
    const auto all = service.get("/metrics?format=prometheus").raw.body;
    const auto at = all.find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(all.substr(at + series.size() + 2));
  }
  void ctl(service_process& service, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ctl");
    arguments.insert(arguments.end(), {"--url", service.address()});
    const auto done = testing::run_freshet(arguments, shop.directory());
    EXPECT_EQ(done.exit_code, 0) << done.errors << done.output;
  }
  /// A model that knows none of the shop's items, so that everybody is new to it; makes it the current one.
  void train_a_stranger() {
    std::ofstream file(shop.path("strange.csv"));
    file << "user_id,item_id,ts\n";
    for (int user = 0; user < 10; ++user) {
      for (int item = 0; item < 8; ++item) {
        if ((user + item) % 3 > 0)
          file << "s" << user << ",z" << item << "," << 1'700'000'000 + user * 10 + item << "\n";
      }
    }
    file.close();
    shop.run({"ingest", "--events", shop.path("strange.csv"), "--db", shop.path("strange.db")});
    shop.run({"train", "als", "--db", shop.path("strange.db"), "--output", shop.path("artifacts"), "--register"});
  }

  small_shop shop;
};

TEST_F(lifecycle, of_models_under_load_never_fails_a_request_nor_mixes_two_models) {
  service_process service(shop.directory(), {"--config", shop.path("service.yaml")});
  const auto first = train(service, "");
  ASSERT_EQ(text(first, "state"), "succeeded") << first;
  const auto first_id = text(first, "model_id");
  ASSERT_EQ(serving(service), first_id) << "nothing to be tried beside";
  shopper one(service.address(), 1);
  shopper two(service.address(), 1 + users_of_each);
  const auto rollout = [&] { return service.get("/v1/rollout").body; };

  // Gate and shadow.
  const auto second = train(service, R"({"seed":7})");
  ASSERT_EQ(text(second, "state"), "succeeded") << second;
  const auto second_id = text(second, "model_id");
  EXPECT_THAT(text(second, "gate"), HasSubstr("of " + first_id));
  EXPECT_EQ(text(second, "reason"), "tried as shadow");
  EXPECT_EQ(serving(service), first_id);
  ASSERT_TRUE(eventually([&] { return rollout().at("trial").at("shadow").at("compared").to_number<int>() >= 30; }))
      << rollout();
  EXPECT_EQ(text(rollout().at("trial"), "stage"), "shadow");
  EXPECT_GT(rollout().at("trial").at("shadow").at("overlap").to_number<double>(), 0);
  EXPECT_EQ(one.answers_by_model().count(second_id), 0U) << "nobody sees a shadow";
  const auto series = [&](const std::string& name, const std::string& id, const std::string& label) {
    return figure(service, "freshet_" + name + "{model_id=\"" + id + "\"," + label + "}");
  };
  EXPECT_GE(series("trial_compared_total", second_id, "stage=\"shadow\""), 30);
  EXPECT_GT(series("trial_overlap", second_id, "stage=\"shadow\""), 0);
  EXPECT_GT(series("model_requests_total", first_id, "role=\"current\""), 0);
  EXPECT_EQ(series("model_requests_total", second_id, "role=\"candidate\""), 0);
  EXPECT_GT(series("model_latency_seconds", second_id, R"(role="candidate",quantile="0.99")"), 0);
  EXPECT_EQ(text(service.post("/v1/recommend", R"({"user_id":"u1","model":")" + second_id + "\"}").body, "model_id"),
            second_id)
      << "but by name";

  // Canary: some users, always the same.
  ctl(service, {"canary", second_id, "--share", "0.4"});
  std::map<int, std::string> models;
  for (int user = 100; user < 140; ++user) models[user] = model_for(service, user);
  std::set<std::string> both;
  for (const auto& [user, model] : models) both.insert(model);
  EXPECT_EQ(both, (std::set<std::string>{first_id, second_id}));
  for (const auto& [user, model] : models) {
    EXPECT_EQ(model_for(service, user), model) << user;
    const auto path = "/v1/users/u" + std::to_string(user);
    EXPECT_EQ(text(service.get(path + "/because/i1").body, "model_id"), model)
        << user << ": the reasons of what it sees";
    EXPECT_EQ(text(service.get(path).body, "model_id"), model) << user;
  }
  EXPECT_EQ(series("trial_share", second_id, "stage=\"canary\""), .4);
  EXPECT_GT(series("model_requests_total", second_id, "role=\"candidate\""), 0);
  const auto batch = service.post("/batch_recommend", R"({"user_ids":["u100","u101","u102","u103","u104"]})");
  EXPECT_EQ(batch.status, 200U) << batch.raw.body;

  ctl(service, {"promote"});
  EXPECT_EQ(serving(service), second_id);
  EXPECT_TRUE(rollout().at("trial").is_null());
  for (const auto& [user, model] : models) EXPECT_EQ(model_for(service, user), second_id) << user;

  // Degraded, and damaged.
  const auto degraded =
      train(service, R"({"model":"als","params":{"factors":1,"iterations":1,"regularization":100000}})");
  EXPECT_EQ(text(degraded, "state"), "refused") << degraded;
  const auto made = shop.run({"train", "als", "--db", shop.path("db"), "--output", shop.path("artifacts"), "--register",
                              "--no-activate", "--seed", "9"});
  const auto damaged_id =
      made.output.substr(made.output.rfind(' ') + 1, made.output.rfind('\n') - made.output.rfind(' ') - 1);
  const auto shown = shop.run({"model", "show", damaged_id, "--model-dir", shop.path("artifacts"), "--json"});
  const std::filesystem::path files = text(boost::json::parse(shown.output), "path");
  std::filesystem::resize_file(files / "als_V.npy", 100);
  EXPECT_EQ(service.post("/v1/models/" + damaged_id + "/activate", "").status, 409U);
  EXPECT_EQ(service.post("/v1/models/" + damaged_id + "/canary", "").status, 409U);
  EXPECT_EQ(service.post("/v1/models/als_19700101_v1/shadow", "").status, 404U);
  EXPECT_EQ(service.send(http::method::delete_, "/v1/rollout").status, 409U);
  EXPECT_EQ(serving(service), second_id);

  // Bad live figures.
  train_a_stranger();
  const auto swapped = service.post("/reload_model", "");
  ASSERT_EQ(swapped.status, 200U) << swapped.raw.body;
  EXPECT_EQ(text(swapped.body, "status"), "reloaded");
  EXPECT_TRUE(eventually([&] { return serving(service) == second_id; })) << "rolled back by its figures";
  std::ostringstream audit;
  audit << std::ifstream(shop.path("logs/registry_audit.log")).rdbuf();
  EXPECT_THAT(audit.str(), HasSubstr("live guard: fallback rate"));
  const auto metrics = service.get("/metrics?format=prometheus").raw.body;
  EXPECT_THAT(metrics, HasSubstr("freshet_model_swaps_total{result=\"rolled_back\"} 1"));

  one.stop();
  two.stop();
  EXPECT_THAT(one.complaints(), ::testing::IsEmpty());
  EXPECT_THAT(two.complaints(), ::testing::IsEmpty());
  EXPECT_GT(one.answers_by_model()[first_id], 0);
  EXPECT_GT(one.answers_by_model()[second_id], 0);

  // What was shown was followed up by every fourth, somewhere in the five.
  const auto quality = rollout().at("online_quality");
  for (const auto& each : quality.as_array()) {
    if (text(each, "model_id") != first_id) continue;
    EXPECT_GT(each.at("hit_rate").to_number<double>(), .05) << each;
    EXPECT_GT(each.at("reciprocal_rank").to_number<double>(), .01) << each;
    EXPECT_LE(each.at("reciprocal_rank").to_number<double>(), each.at("hit_rate").to_number<double>()) << each;
  }
  EXPECT_THAT(metrics, HasSubstr("freshet_shown_hits_total{model_id=\"" + first_id + "\"}"));
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet
