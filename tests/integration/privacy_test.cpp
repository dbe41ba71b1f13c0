// Promise G1 by the real program: after the receipt of an erasure nobody is left in any file, answer or later training,
// and what is sent again brings nobody back. And what has expired is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "core/base/random.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/files_with.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr auto user = "u-xyzzy";
/// The id, and what only events of that user hold.
const std::vector<std::string> secrets{user, "plugh-note", "plugh-session", "plugh-event"};

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

class privacy : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(shop.path("settings.yaml"))
        << "warmup: {enabled: false}\nlogging: {dir: " << shop.path("logs") << "}\n";
    shop.ingest();
    shop.train("als");
  }

  std::unique_ptr<service_process> serve() {
    return std::make_unique<service_process>(shop.directory(),
                                             std::vector<std::string>{"--config", shop.path("settings.yaml")});
  }
  /// The events of the user, of items that everybody buys.
  static std::string events(long long ts = 1'700'000'000) {
    std::string lines;
    for (int n = 0; n < 6; ++n) {
      lines += R"({"user_id":")" + std::string(user) + R"(","item_id":"i)" + std::to_string(n + 1) + R"(","ts":)" +
               std::to_string(ts + n) + R"(,"event_id":"plugh-event-)" + std::to_string(n + ts) +
               R"(","session_id":"plugh-session","properties":{"note":"plugh-note"}})" + "\n";
    }
    return lines;
  }
  static unsigned send(service_process& service, const std::string& lines) {
    return service.post("/v1/events?wait=visible", lines, "application/x-ndjson").status;
  }
  /// By every door that shows something of a user.
  static bool is_known(service_process& service) {
    const bool state = service.get(std::string("/v1/users/") + user).status == 200;
    EXPECT_EQ(service.get(std::string("/v1/users/") + user + "/export").status == 200, state);
    EXPECT_EQ(service.get(std::string("/v1/users/") + user + "/events").status == 200, state);
    EXPECT_EQ(service.get(std::string("/recommend?k=5&user_id=") + user).status == 200, state);
    const auto answer = service.post("/recommend", R"({"user_id":"u-xyzzy","topk":5,"rerank":false})");
    EXPECT_EQ(answer.body.at("is_fallback").as_bool(), !state);
    // What was sent last in these tests is of this user.
    EXPECT_EQ(service.get("/v1/events?limit=100").raw.body.find(user) != std::string::npos, state);
    return state;
  }
  std::vector<std::string> traces(const std::vector<std::string>& of = secrets) {
    std::vector<std::string> found;
    for (const auto* place : {"db", "artifacts", "logs"}) {
      for (auto& each : files_with(shop.path(place), of)) found.push_back(std::string(place) + "/" + each);
    }
    return found;
  }
  /// Without the audit log, which keeps the ids.
  std::vector<std::string> traces_to_go() {
    auto found = traces();
    std::erase(found, std::string("logs/gdpr.log: ") + user);
    return found;
  }

  small_shop shop;
};

TEST_F(privacy, an_erased_user_is_in_no_file_no_answer_and_no_later_training) {
  auto service = serve();
  ASSERT_EQ(send(*service, events()), 202U);
  const auto before = service->get("/v1/status").body.at("store");
  shop.train("als");
  shop.train("bpr");
  ASSERT_EQ(service->post("/reload_model", "").status, 200U);
  EXPECT_TRUE(is_known(*service));
  ASSERT_EQ(service->get("/v1/users/u-xyzzy").body.at("trained").as_bool(), true);
  EXPECT_THAT(traces(), ::testing::Not(IsEmpty()));
  EXPECT_THAT(files_with(shop.path("logs"), {user}), ::testing::Not(IsEmpty()));

  const auto receipt = service->remove("/v1/users/u-xyzzy");
  // First of all the files: whoever asks for the user again writes the id into the log of requests.
  EXPECT_THAT(traces_to_go(), IsEmpty());
  ASSERT_EQ(receipt.status, 200U) << receipt.raw.body;
  EXPECT_EQ(receipt.body.at("user_id").as_string(), user);
  EXPECT_EQ(receipt.body.at("known").to_number<int>(), 1);
  EXPECT_EQ(receipt.body.at("events").to_number<int>(), 6);
  EXPECT_EQ(receipt.body.at("model_rows").to_number<int>(), 2);
  EXPECT_GE(receipt.body.at("log_mentions").to_number<int>(), 1);
  EXPECT_FALSE(is_known(*service));
  const auto after = service->get("/v1/status").body.at("store");
  EXPECT_EQ(after.at("users").to_number<int>(), before.at("users").to_number<int>() - 1);
  EXPECT_EQ(after.at("events").to_number<int>(), before.at("events").to_number<int>() - 6);
  EXPECT_THAT(content_of(shop.path("logs/gdpr.log")), HasSubstr(" - DATA_DELETION - user_id=u-xyzzy - success\n"));

  // The same records once more: accepted, and dropped.
  ASSERT_EQ(send(*service, events()), 202U);
  EXPECT_FALSE(is_known(*service));
  shop.train("als");
  ASSERT_EQ(service->post("/reload_model", "").status, 200U);
  EXPECT_FALSE(is_known(*service));
  EXPECT_THAT(files_with(shop.path("artifacts"), secrets), IsEmpty());
  EXPECT_EQ(service->stop(), 0);

  service = serve();
  EXPECT_FALSE(is_known(*service));
  // A customer who comes back is a new one.
  ASSERT_EQ(send(*service, events(receipt.body.at("erased_at").to_number<long long>() + 1)), 202U);
  EXPECT_TRUE(is_known(*service));
  EXPECT_EQ(service->get("/v1/users/u-xyzzy").body.at("events").to_number<int>(), 6);
}

TEST_F(privacy, an_erasure_is_heeded_by_a_training_in_work) {
  std::ofstream(shop.path("settings.yaml"), std::ios::app) << "retrain: {quality_gate: {min_ratio_to_current: 0}}\n";
  const auto service = serve();
  ASSERT_EQ(send(*service, events()), 202U);
  const auto begun = service->post("/v1/train", R"({"model":"bpr","params":{"iterations":2000}})");
  ASSERT_EQ(begun.status, 202U) << begun.raw.body;
  const auto task = [&] { return service->get("/v1/tasks/" + std::string(begun.body.at("id").as_string())).body; };
  // Held fast in its midst.
  const auto child = await_child_of(service->process().pid());
  ASSERT_EQ(kill(child, SIGSTOP), 0);
  ASSERT_EQ(task().at("state").as_string(), "running");
  ASSERT_EQ(service->remove("/v1/users/u-xyzzy").status, 200U);
  EXPECT_THAT(content_of(shop.path("logs/service/api.log")), HasSubstr("begins again: users were erased"));
  ASSERT_TRUE(eventually([&] { return task().at("state").as_string() != "running"; }));
  EXPECT_EQ(task().at("state").as_string(), "succeeded") << task();
  EXPECT_EQ(service->get("/model_info").body.at("model_id"), task().at("model_id"));
  EXPECT_THAT(traces_to_go(), IsEmpty());
  EXPECT_FALSE(is_known(*service));
}

TEST_F(privacy, an_erasure_at_any_moment_of_a_training_leaves_nobody_in_its_model) {
  std::ofstream(shop.path("settings.yaml"), std::ios::app)
      << "retrain: {model: als, params: {factors: 8}, quality_gate: {min_ratio_to_current: 0}}\n";
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  random_source random(seed);
  const auto service = serve();
  for (int round = 0; round < 4; ++round) {
    const auto who = "xyzzy" + std::to_string(round);
    for (const char* item : {"i1", "i2", "i3"}) {
      ASSERT_EQ(send(*service, R"({"user_id":")" + who + R"(","item_id":")" + item + R"(","ts":1700000000})"), 202U);
    }
    const auto begun = service->post("/v1/train", "");
    ASSERT_EQ(begun.status, 202U) << begun.raw.body;
    std::this_thread::sleep_for(std::chrono::milliseconds(random.below(700)));
    ASSERT_EQ(service->remove("/v1/users/" + who).status, 200U);
    boost::json::value ended;
    ASSERT_TRUE(eventually([&] {
      ended = service->get("/v1/tasks/" + std::string(begun.body.at("id").as_string())).body;
      return ended.at("state").as_string() != "running";
    }));
    EXPECT_EQ(ended.at("state").as_string(), "succeeded") << ended;
    EXPECT_THAT(files_with(shop.path("artifacts"), {who}), IsEmpty());
    EXPECT_EQ(service->get("/v1/users/" + who).status, 404U);
  }
}

TEST_F(privacy, an_erased_user_is_forgotten_by_a_model_on_trial) {
  const auto service = serve();
  long long ts = 1'700'000'000;
  for (const std::string stage : {"shadow", "canary"}) {
    SCOPED_TRACE(stage);
    ASSERT_EQ(send(*service, events(ts)), 202U);
    shop.train("als");
    ASSERT_EQ(service->post("/reload_model", "").status, 200U);
    shop.run({"train", "als", "--db", shop.path("db"), "--output", shop.path("artifacts"), "--register",
              "--no-activate", "--seed", "7"});
    const auto candidate =
        std::string(service->get("/v1/models").body.at("models").as_array().back().at("model_id").as_string());
    const auto try_as = [&](const std::string& what) {
      return service->post("/v1/models/" + candidate + "/" + what, R"({"share":1})").status;
    };
    ASSERT_EQ(try_as(stage), 200U);
    EXPECT_TRUE(is_known(*service));

    const auto receipt = service->remove("/v1/users/u-xyzzy");
    ASSERT_EQ(receipt.status, 200U) << receipt.raw.body;
    // What comes back later is of a new user.
    ts = receipt.body.at("erased_at").to_number<long long>() + 1;
    EXPECT_THAT(traces_to_go(), IsEmpty());
    EXPECT_EQ(service->get("/v1/rollout").body.at("trial").at("model_id").as_string(), candidate);
    // What was loaded in shadow answers from here on, as it is.
    ASSERT_EQ(try_as("canary"), 200U);
    EXPECT_EQ(service->post("/recommend", R"({"user_id":"u1","topk":5})").body.at("model_id").as_string(), candidate);
    EXPECT_FALSE(is_known(*service));
    ASSERT_EQ(service->post("/v1/rollout/promote", "").status, 200U);
    EXPECT_FALSE(is_known(*service));
  }
}

TEST_F(privacy, the_command_erases_with_a_service_and_without) {
  std::ofstream(shop.path("users.txt")) << "u-xyzzy\nnobody\n";
  const auto erase = [&] {
    return run_freshet(
        {"gdpr", "delete-user", "--users-file", shop.path("users.txt"), "--yes", "--user-id", "u1", "--db",
         shop.path("db"), "--model-dir", shop.path("artifacts"), "--config", shop.path("settings.yaml")},
        shop.directory());
  };
  {
    const auto service = serve();
    ASSERT_EQ(send(*service, events()), 202U);
    const auto done = erase();
    ASSERT_EQ(done.exit_code, 0) << done.errors;
    EXPECT_EQ(boost::json::parse(done.output).at("users").to_number<int>(), 3);
    EXPECT_EQ(boost::json::parse(done.output).at("events").to_number<int>() >= 6, true) << done.output;
    EXPECT_THAT(traces_to_go(), IsEmpty());
    EXPECT_FALSE(is_known(*service));
  }
  std::ofstream(shop.path("again.ndjson")) << events(1'700'000'100);
  auto sent = shop.run({"ingest", "--events", shop.path("again.ndjson"), "--db", shop.path("db")});
  EXPECT_THAT(sent.output, HasSubstr("6 are older than what is retained, or of users who were erased"));
  const auto done = erase();
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_EQ(boost::json::parse(done.output).at("known").to_number<int>(), 0);
  EXPECT_THAT(traces_to_go(), IsEmpty());
  std::istringstream audit(content_of(shop.path("logs/gdpr.log")));
  int lines = 0;
  for (std::string line; std::getline(audit, line); ++lines) {
    EXPECT_THAT(line, MatchesRegex("[0-9]+-[0-9]+-[0-9]+ [0-9]+:[0-9]+:[0-9]+ - DATA_.* - user_id=.* - .*"));
  }
  EXPECT_GE(lines, 6);

  EXPECT_EQ(run_freshet({"gdpr", "delete-user", "--db", shop.path("db")}, shop.directory()).exit_code, 2);
  EXPECT_EQ(run_freshet({"gdpr", "delete-user", "--yes", "--user-id", "u", "--db", shop.path("none")}, shop.directory())
                .exit_code,
            1);
}

TEST_F(privacy, a_body_that_names_nobody_is_refused) {
  const auto service = serve();
  for (const char* body : {"{}", R"({"user_ids":[]})", R"({"user_ids":[""]})", R"({"user_ids":[{}]})", "[",
                           R"({"user_ids":["a"],"more":1})"}) {
    EXPECT_EQ(service->post("/v1/users/erase", body).status, 422U) << body;
  }
  const auto many = service->post("/v1/users/erase", R"({"user_ids":["nobody", 17, "nobody"]})");
  EXPECT_EQ(many.status, 200U);
  EXPECT_EQ(many.body.at("users").to_number<int>(), 2);
  EXPECT_EQ(many.body.at("known").to_number<int>(), 0);
}

TEST_F(privacy, retention_hides_what_is_too_old_at_once_and_removes_it) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const long long ago = now.count() - 40 * 86'400LL;
  auto service = serve();
  ASSERT_EQ(send(*service, events(ago) + R"({"user_id":"recent","item_id":"i1","ts":)" + std::to_string(now.count()) +
                               "}"
                               "\n"),
            202U);
  EXPECT_TRUE(is_known(*service));
  const auto configure = [&](const std::vector<std::string>& more) {
    std::vector<std::string> line{"configure", "--db", shop.path("db"), "--config", shop.path("settings.yaml")};
    line.insert(line.end(), more.begin(), more.end());
    return run_freshet(line, shop.directory());
  };
  // The running service takes it up: the events of the generated shop are older, too.
  const auto stored = configure({"--retention-days", "30"});
  ASSERT_EQ(stored.exit_code, 0) << stored.errors;
  EXPECT_THAT(stored.errors, HasSubstr("rereads its settings"));
  const auto events_left = [&] { return service->get("/v1/status").body.at("store").at("events").to_number<int>(); };
  for (const auto until = std::chrono::steady_clock::now() + 30s;
       events_left() != 1 && std::chrono::steady_clock::now() < until;) {
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(events_left(), 1);
  EXPECT_FALSE(is_known(*service));
  EXPECT_EQ(service->get("/v1/users/recent").status, 200U);
  ASSERT_EQ(send(*service, events(ago)), 202U);
  EXPECT_FALSE(is_known(*service));
  EXPECT_THAT(content_of(shop.path("logs/gdpr.log")), HasSubstr(" - DATA_RETENTION - days=30, events="));
  EXPECT_EQ(service->stop(), 0);

  EXPECT_THAT(configure({"--show", "--json"}).output, HasSubstr(R"({"retention.days":"30"})"));
  EXPECT_THAT(shop.run({"ingest", "--events", shop.path("events.csv"), "--db", shop.path("db")}).output,
              HasSubstr("read, 0 applied"));
  EXPECT_EQ(configure({"--unset", "retention.days"}).exit_code, 0);
  EXPECT_THAT(configure({"--show"}).output, HasSubstr("no settings are stored"));
  EXPECT_EQ(configure({"--set", "retention.dys=1"}).exit_code, 78);
  EXPECT_EQ(configure({"--set", "nonsense"}).exit_code, 2);
  EXPECT_EQ(configure({}).exit_code, 2);
  shop.run({"ingest", "--events", shop.path("events.csv"), "--db", shop.path("db")});
  const auto at_once = configure({"--set", "retention.days=1"});
  EXPECT_THAT(at_once.errors, HasSubstr("removed 4000 events that had expired"));
}

}  // namespace
}  // namespace freshet::testing
