// What settings do, by the real program: each test changes one and shows another behaviour.
// tests/config/effects_test.cpp lists which test shows the effect of which setting.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "io/files/npy.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;
using ids = std::vector<std::string>;

/// One shop with a model for all tests; each starts a service on a database of its own.
class setting_effect : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shop_ = new small_shop;
    shop_->ingest();
    shop_->train();
  }
  static void TearDownTestSuite() {
    delete shop_;
    shop_ = nullptr;
  }

  static std::unique_ptr<service_process> with(const std::string& yaml, std::vector<std::string> more_flags = {}) {
    const auto config = shop_->path("settings.yaml");
    std::ofstream(config) << "warmup: {enabled: false}\n" << yaml;
    std::vector<std::string> flags{"--config", config};
    flags.insert(flags.end(), more_flags.begin(), more_flags.end());
    return std::make_unique<service_process>(shop_->directory(), flags);
  }
  /// Without a model, in a directory of its own.
  std::unique_ptr<service_process> untrained(const std::string& yaml) {
    std::ofstream(empty_ / "settings.yaml") << yaml;
    return std::make_unique<service_process>(empty_.path(),
                                             std::vector<std::string>{"--config", (empty_ / "settings.yaml").string()});
  }
  static void touch(service_process& service, const std::string& user, const std::string& item,
                    const std::string& more = "") {
    const std::string event =
        R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":1700000000)" + more + "}";
    ASSERT_EQ(service.post("/v1/events?wait=visible", event).status, 202U);
  }
  static service_process::answer recommend(service_process& service, const std::string& user,
                                           const char* path = "/v1/recommend") {
    const bool v1 = path == std::string("/v1/recommend");
    return service.post(path, R"({"user_id":")" + user + (v1 ? R"(","k":10})" : R"(","topk":10,"rerank":false})"));
  }
  static ids items_of(const service_process::answer& answer) {
    ids found;
    for (const auto& each : answer.body.at("recommendations").as_array()) {
      found.emplace_back(each.at("item_id").as_string());
    }
    return found;
  }

  static std::string log_in(const std::string& directory) {
    std::ostringstream read;
    read << std::ifstream(shop_->path(directory + "/service/api.log")).rdbuf();
    return read.str();
  }

  static small_shop* shop_;
  temporary_directory empty_;
};
small_shop* setting_effect::shop_ = nullptr;

TEST_F(setting_effect, of_the_profile_and_the_model_type_is_seen_in_health_before_a_model_exists) {
  {
    const auto guide = untrained("model: {type: bpr}\n");
    EXPECT_EQ(guide->get("/health").status, 503U);
  }
  const auto lite = untrained("profile: lite\nmodel: {type: bpr}\n");
  const auto health = lite->get("/health");
  EXPECT_EQ(health.status, 200U);
  EXPECT_EQ(health.body.at("status").as_string(), "ok");
  EXPECT_EQ(health.body.at("model_type").as_string(), "bpr");
}

TEST_F(setting_effect, of_the_api_section_is_another_word_and_a_smaller_limit) {
  const auto service = with("api: {health_status_word: UP, max_recommendations: 7}\n");
  EXPECT_EQ(service->get("/health").body.at("status").as_string(), "UP");
  EXPECT_EQ(service->get("/recommend?user_id=u1&k=7").status, 200U);
  EXPECT_EQ(service->get("/recommend?user_id=u1&k=8").status, 400U);
}

TEST_F(setting_effect, of_the_limits_of_a_request_is_a_refusal) {
  const auto service = with(
      "server: {header_bytes_max: 2048, target_bytes_max: 300, body_bytes_max: 1024, "
      "bulk_body_bytes_max: 4096}\n");
  EXPECT_EQ(service->get("/recommend?user_id=" + std::string(290, 'u')).status, 414U);
  EXPECT_EQ(service->post("/recommend", R"({"user_id":")" + std::string(1100, 'u') + "\"}").status, 413U);
  const auto events = [](std::size_t spaces) {
    return R"([{"user_id":"u1","item_id":"i1","ts":1700000000})" + std::string(spaces, ' ') + "]";
  };
  EXPECT_EQ(service->post("/v1/events", events(2'000)).status, 202U);
  EXPECT_EQ(service->post("/v1/events", events(5'000)).status, 413U);
  http::field_list large{{"X-Large", std::string(2'100, 'x')}};
  auto client = http::client::connect(service->address(), std::chrono::seconds(10));
  ASSERT_TRUE(client);
  const auto refused = (*client)->send(http::method::get, "/health", large);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 431U);
}

TEST_F(setting_effect, of_workers_and_updaters_is_another_number_of_threads) {
  const auto threads = [&](const std::string& yaml) {
    const auto service = with(yaml);
    const auto text = service->get("/metrics?format=prometheus").raw.body;
    const std::string name = "\nprocess_threads ";
    return std::stod(text.substr(text.find(name) + name.size()));
  };
  const auto few = threads("model: {updaters: 1}\nserver: {workers: 1}\n");
  EXPECT_EQ(threads("model: {updaters: 4}\nserver: {workers: 1}\n"), few + 3);
  EXPECT_EQ(with("server: {workers: 1}\n")->get("/stats").body.at("settings").at("workers").as_int64(), 1);
}

TEST_F(setting_effect, of_more_scorers_is_the_same_answer) {
  const auto one = items_of(recommend(*with("model: {scorers: 1}\n"), "u1"));
  const auto many = items_of(recommend(*with("model: {scorers: 5}\nstore: {block_cache_mb: 1}\n"), "u1"));
  EXPECT_EQ(one, many);
  EXPECT_EQ(one.size(), 10U);
}

TEST_F(setting_effect, of_event_weights_is_that_a_view_may_say_nothing) {
  const std::string view = R"(,"event_type":"view")";
  {
    const auto service = with("");
    touch(*service, "viewer", "i1", view);
    EXPECT_FALSE(recommend(*service, "viewer").body.at("is_fallback").as_bool());
  }
  const auto service = with("events: {weights: {view: 0}}\n");
  EXPECT_TRUE(recommend(*service, "viewer").body.at("is_fallback").as_bool()) << "nothing but a view that weighs 0";
  touch(*service, "viewer", "i2", R"(,"event_type":"purchase")");
  EXPECT_FALSE(recommend(*service, "viewer").body.at("is_fallback").as_bool());
}

TEST_F(setting_effect, of_the_half_life_is_that_old_events_fade) {
  ids without;
  {
    const auto service = with("");
    touch(*service, "old hand", "i1", R"(,"event_id":"now")");
    const std::string long_ago = R"({"user_id":"old hand","item_id":"i40","ts":1600000000})";
    ASSERT_EQ(service->post("/v1/events?wait=visible", long_ago).status, 202U);
    without = items_of(recommend(*service, "old hand"));
  }
  EXPECT_NE(items_of(recommend(*with("events: {half_life_days: 1}\n"), "old hand")), without);
}

TEST_F(setting_effect, of_the_fallback_section_is_another_list_for_a_newcomer) {
  {
    const auto service = with("");
    touch(*service, "newcomer", "i3");
    EXPECT_FALSE(recommend(*service, "newcomer").body.at("is_fallback").as_bool());
    EXPECT_EQ(recommend(*service, "newcomer", "/recommend").body.at("fallback_method").as_string(), "hybrid");
  }
  EXPECT_TRUE(recommend(*with("fallback: {fold_in_from: 3}\n"), "newcomer").body.at("is_fallback").as_bool());
  EXPECT_EQ(recommend(*with("fallback: {default_strategy: popularity}\n"), "newcomer", "/recommend")
                .body.at("fallback_method")
                .as_string(),
            "popularity");
  const auto hybrid = [&](const std::string& weights) {
    return items_of(recommend(*with("fallback: " + weights + "\n"), "newcomer", "/recommend"));
  };
  const auto by_popularity = hybrid("{content_weight: 0, popularity_weight: 1}");
  EXPECT_EQ(by_popularity.size(), 10U);
  EXPECT_NE(hybrid("{content_weight: 1, popularity_weight: 0}"), by_popularity);
}

TEST_F(setting_effect, of_content_embeddings_is_named_in_stats_and_its_vectors_are_used) {
  matrix<float> vectors(80, 4);
  // The items stand in a circle: alike is who stands beside.
  for (std::size_t i = 0; i < 80; ++i) {
    const double angle = static_cast<double>(i) * 2 * 3.14159265 / 80;
    const auto row = vectors.row(i);
    row[0] = static_cast<float>(std::cos(angle));
    row[1] = static_cast<float>(std::sin(angle));
  }
  ASSERT_TRUE(write_npy(shop_->path("circle.npy"), vectors.view()));
  std::ofstream names(shop_->path("circle_ids.json"));
  for (int i = 1; i <= 80; ++i) names << (i == 1 ? "[" : ",") << "\"i" << i << "\"";
  names << "]" << std::flush;
  const auto by_content = R"({"product_id":"i40","topk":2,"use_cf":false})";
  const auto neighbours = [&](service_process& service) {
    std::set<std::string> found;
    const auto answer = service.post("/similar_items", by_content);
    for (const auto& each : answer.body.at("similar_items").as_array()) {
      found.emplace(each.at("item_id").as_string());
    }
    return found;
  };
  const auto service = with("content: {embeddings: " + shop_->path("circle.npy") + "}\n");
  EXPECT_EQ(service->get("/stats").body.at("embeddings").as_string(), "circle.npy");
  EXPECT_EQ(neighbours(*service), (std::set<std::string>{"i39", "i41"}));
}

TEST_F(setting_effect, of_hot_reload_is_that_a_new_model_is_taken_up_or_not) {
  const auto following = with("hot_reload: {check_interval_seconds: 1}\n");
  small_shop other;
  other.ingest();
  std::filesystem::create_directory_symlink(shop_->path("artifacts"), other.path("artifacts"));
  std::ofstream(other.path("still.yaml")) << "hot_reload: {enabled: false, check_interval_seconds: 1}\n";
  service_process still(other.directory(), {"--config", other.path("still.yaml")});
  const auto model_of = [](service_process& service) {
    return std::string(service.get("/model_info").body.at("model_id").as_string());
  };
  const auto before = model_of(*following);
  EXPECT_EQ(model_of(still), before);
  shop_->train("als", "43");
  for (int i = 0; i < 400 && model_of(*following) == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_NE(model_of(*following), before);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
  EXPECT_EQ(model_of(still), before);
}

TEST_F(setting_effect, of_the_logging_section_is_where_and_how_lines_are_written) {
  const auto service = with("logging: {dir: elsewhere, format: json}\n");
  ASSERT_EQ(recommend(*service, "u1").status, 200U);
  EXPECT_EQ(service->stop(), 0);
  std::istringstream lines(log_in("elsewhere"));
  bool found = false;
  for (std::string line; std::getline(lines, line);) {
    const auto parsed = boost::json::parse(line);
    found = found || parsed.at("message").as_string().find("user_id=u1") != boost::json::string::npos;
  }
  EXPECT_TRUE(found);
}

TEST_F(setting_effect, of_a_low_threshold_is_that_slow_requests_are_warnings) {
  const auto service = with(
      "logging: {dir: slow, level: WARNING, slow_request_threshold_ms: 1}\n"
      "cache: {enabled: false}\n");
  // Long lists of many users at once take more than a millisecond on any machine, sooner or later.
  std::string body = R"({"topk":50,"user_ids":[)";
  for (int user = 1; user <= 100; ++user) body += (user == 1 ? "\"u" : ",\"u") + std::to_string(user) + "\"";
  body += "]}";
  for (int i = 0; i < 50 && log_in("slow").find("latency=") == std::string::npos; ++i) {
    ASSERT_EQ(service->post("/batch_recommend", body).status, 200U);
  }
  const auto lines = log_in("slow");
  EXPECT_THAT(lines, HasSubstr("latency="));
  EXPECT_THAT(lines, HasSubstr("WARNING"));
  EXPECT_EQ(lines.find("INFO"), std::string::npos) << "the level";
}

TEST_F(setting_effect, of_allowing_anonymity_is_that_an_open_address_is_served) {
  const std::vector<std::string> open{"serve",   "--db",   shop_->path("open"),        "--host",
                                      "0.0.0.0", "--port", std::to_string(free_port())};
  const auto refused = run_freshet(open, shop_->directory());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("security.allow_anonymous"));
  const auto served = with("security: {allow_anonymous: true}\n", {"--host", "0.0.0.0"});
  EXPECT_EQ(served->get("/livez").status, 200U);
}

TEST_F(setting_effect, of_the_request_limits_is_503_for_what_is_too_much) {
  const auto service = with("server: {requests_in_flight_max: 1, connections_max: 3}\n");
  std::vector<std::unique_ptr<http::client>> clients;
  std::vector<unsigned> statuses;
  for (int i = 0; i < 6; ++i) {
    auto client = http::client::connect(service->address(), std::chrono::seconds(10));
    if (!client) continue;
    const auto answer = (*client)->send(http::method::get, "/livez");
    statuses.push_back(answer ? answer->status : 0);
    clients.push_back(*std::move(client));
  }
  EXPECT_THAT(statuses, ::testing::Contains(200U));
  EXPECT_NE(statuses.back(), 200U) << "more connections than allowed";
}

}  // namespace
}  // namespace freshet::testing
