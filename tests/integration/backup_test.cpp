// Backup and restore by the real program: while events arrive, through a kill -9, with nothing lost, doubled, or back
// that was erased.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

class backup : public ::testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(shop.path("settings.yaml"))
        << "warmup: {enabled: false}\nlogging: {dir: " << shop.path("logs") << "}\n";
    shop.ingest();
    shop.train();
  }
  command_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--config", shop.path("settings.yaml")});
    return run_freshet(arguments, shop.directory());
  }
  command_result back_up() {
    return run({"backup", "--db", shop.path("db"), "--model-dir", shop.path("artifacts"), "--to", shop.path("backups"),
                "--json"});
  }
  command_result restore(const std::string& place) {
    return run({"restore", "--from", shop.path("backups"), "--db", shop.path(place + "/db"), "--model-dir",
                shop.path(place + "/artifacts"), "--config-dir", shop.path(place + "/config"), "--json"});
  }
  static std::string event_line(int user, int n) {
    return R"({"user_id":"b)" + std::to_string(user) + R"(","item_id":"i)" + std::to_string(n % 80) + R"(","ts":)" +
           std::to_string(1'700'000'000 + n) + R"(,"event_id":"e-)" + std::to_string(user) + "-" + std::to_string(n) +
           "\"}\n";
  }
  static std::multiset<std::string> events_of(service_process& service, const std::string& user) {
    std::multiset<std::string> lines;
    const auto answer = service.get("/v1/users/" + user + "/events?limit=1000");
    if (answer.status != 200) return lines;
    for (const auto& each : answer.body.at("events").as_array()) {
      lines.emplace(std::string(each.at("item_id").as_string()) + " " +
                    std::to_string(each.at("ts").to_number<long long>()));
    }
    return lines;
  }

  small_shop shop;
};

constexpr int users = 5;

TEST_F(backup, taken_while_events_arrive_is_restored_after_a_kill_and_goes_on_without_loss_or_doubling) {
  std::map<std::string, std::multiset<std::string>> oracle;
  std::vector<std::string> sent;
  {
    service_process service(shop.directory(), {"--config", shop.path("settings.yaml")});
    std::atomic<bool> done{false};
    std::jthread shopper([&, address = service.address()] {
      auto client = http::client::connect(address, std::chrono::seconds(30));
      for (int n = 0; !done && n < 900; ++n) {
        std::string lines;
        for (int user = 0; user < users; ++user) {
          lines += event_line(user, n);
          oracle["b" + std::to_string(user)].emplace("i" + std::to_string(n % 80) + " " +
                                                     std::to_string(1'700'000'000 + n));
        }
        sent.push_back(lines);
        const auto answer = (*client)->send(http::method::post, "/v1/events",
                                            {{"content-type", "application/x-ndjson"}}, std::move(lines));
        EXPECT_TRUE(answer && answer->status == 202);
      }
    });
    for (int each = 0; each < 2; ++each) {
      const auto made = back_up();
      ASSERT_EQ(made.exit_code, 0) << made.errors;
      EXPECT_THAT(made.errors, HasSubstr("the running service makes the backup"));
      EXPECT_GE(boost::json::parse(made.output).at("counts").at("events").to_number<int>(), 4'000);
    }
    // Afterwards somebody goes.
    ASSERT_EQ(service.remove("/v1/users/u7").status, 200U);
    done = true;
    shopper.join();
    service.kill();
  }
  EXPECT_EQ(run({"backup", "verify", "--to", shop.path("backups")}).exit_code, 0);
  const auto restored = restore("new");
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  EXPECT_EQ(boost::json::parse(restored.output).at("erased_users").to_number<int>(), 1);
  EXPECT_EQ(boost::json::parse(restored.output).at("erased_model_rows").to_number<int>(), 1);
  EXPECT_TRUE(std::filesystem::exists(shop.path("new/config/settings.yaml")));
  EXPECT_EQ(restore("new").exit_code, 1);

  service_process service(shop.path("new"), {"--config", shop.path("settings.yaml")});
  EXPECT_EQ(service.get("/v1/users/u7").status, 404U);
  EXPECT_EQ(service.get("/v1/users/u8").status, 200U);
  for (const auto& lines : sent) {
    ASSERT_EQ(service.post("/v1/events?wait=visible", lines, "application/x-ndjson").status, 202U);
  }
  for (const auto& [user, lines] : oracle) EXPECT_EQ(events_of(service, user), lines) << user;
  EXPECT_EQ(service.get("/recommend?k=5&user_id=u8").status, 200U);
}

TEST_F(backup, a_restore_that_is_killed_leaves_nothing_that_the_next_one_does_not_remove) {
  // Large enough for its copy to be interrupted.
  const auto model = std::filesystem::directory_iterator(shop.path("artifacts/als"))->path();
  std::ofstream(model / "notes.bin", std::ios::binary) << std::string(64 << 20, 'n');
  ASSERT_EQ(back_up().exit_code, 0);
  const std::filesystem::path place = shop.path("new");
  const auto staged = [&](const std::string& front) {
    std::error_code absent;
    for (const auto& each : std::filesystem::directory_iterator(place, absent)) {
      const auto name = each.path().filename().string();
      if (name.starts_with(front) && name.ends_with(".saving")) return true;
    }
    return false;
  };
  for (int attempt = 0; attempt < 20 && !staged("."); ++attempt) {
    std::filesystem::remove_all(place);
    child_process interrupted({FRESHET_BINARY, "restore", "--from", shop.path("backups"), "--db", shop.path("new/db"),
                               "--model-dir", shop.path("new/artifacts")},
                              shop.directory(), "interrupted");
    while (interrupted.running() && !staged(".artifacts.")) std::this_thread::yield();
    interrupted.signal(SIGKILL);
    interrupted.wait(std::chrono::seconds(30));
  }
  ASSERT_TRUE(staged(".")) << "none was killed in the midst of it";
  const auto restored = restore("new");
  ASSERT_EQ(restored.exit_code, 0) << restored.errors;
  EXPECT_FALSE(staged("."));
  service_process service(place, {"--config", shop.path("settings.yaml")});
  EXPECT_EQ(service.get("/recommend?k=5&user_id=u8").status, 200U);
}

TEST_F(backup, of_the_service_is_a_task_that_shows_how_far_it_is_and_can_be_cancelled) {
  // It takes seconds to read, and no place.
  const auto model = std::filesystem::directory_iterator(shop.path("artifacts/als"))->path();
  std::ofstream(model / "notes.bin").close();
  std::filesystem::resize_file(model / "notes.bin", std::uintmax_t{8} << 30);
  std::filesystem::create_directories(shop.path("backups"));
  service_process service(shop.directory(), {"--config", shop.path("settings.yaml")});
  command_result asked;
  std::jthread operations([&] { asked = back_up(); });
  boost::json::object task;
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (task.empty() || !task.at("progress").is_object()) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    const auto tasks = service.get("/v1/tasks").body.at("tasks").as_array();
    if (!tasks.empty()) task = tasks.front().as_object();
  }
  EXPECT_EQ(task.at("kind"), "backup");
  EXPECT_EQ(task.at("state"), "running");
  EXPECT_GE(task.at("progress").at("of").to_number<int>(), 8 << 10);
  const auto id = std::string(task.at("id").as_string());
  const auto cancelled = run({"ctl", "cancel", id, "--url", service.address()});
  EXPECT_EQ(cancelled.exit_code, 0) << cancelled.errors;
  operations.join();
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_EQ(service.get("/v1/tasks/" + id).body.at("state"), "cancelled");
  EXPECT_EQ(service.remove("/v1/tasks/" + id).status, 409U);
  std::filesystem::remove(model / "notes.bin");
  const auto made = back_up();
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  const auto done = service.get("/v1/tasks").body.at("tasks").as_array().front();
  EXPECT_EQ(done.at("state"), "succeeded");
  EXPECT_THAT(std::string(done.at("reason").as_string()),
              HasSubstr(std::string(boost::json::parse(made.output).at("id").as_string())));
  const auto metrics = service.get("/metrics?format=prometheus").raw.body;
  EXPECT_THAT(metrics, HasSubstr("freshet_backups_total{result=\"cancelled\"} 1"));
  EXPECT_THAT(metrics, HasSubstr("freshet_backups_total{result=\"succeeded\"} 1"));
  EXPECT_THAT(run({"ctl", "tasks", "--url", service.address()}).output, HasSubstr("succeeded"));
}

TEST_F(backup, a_damaged_manifest_is_shown_by_name_and_costs_its_own_backup_alone) {
  const auto id_of = [](const command_result& made) {
    return std::string(boost::json::parse(made.output).at("id").as_string());
  };
  const auto first = id_of(back_up());
  const auto second = id_of(back_up());
  std::ofstream(shop.path("backups/" + second + ".json"), std::ios::app) << "x";
  const auto listed = run({"backup", "list", "--to", shop.path("backups")});
  EXPECT_EQ(listed.exit_code, 0) << listed.errors;
  EXPECT_THAT(listed.output, HasSubstr(first + "  200 users"));
  EXPECT_THAT(listed.output, HasSubstr(second + "  cannot be read: "));
  EXPECT_THAT(listed.output, HasSubstr(second + ".json is damaged"));
  const auto as_json = run({"backup", "list", "--to", shop.path("backups"), "--json"}).output;
  EXPECT_THAT(as_json, HasSubstr(R"({"id":")" + second + R"(","damaged":")"));
  const auto third = back_up();
  ASSERT_EQ(third.exit_code, 0) << third.errors;
  EXPECT_THAT(third.output, HasSubstr(R"("damaged":[{"id":")" + second));
  const auto pruned = run({"backup", "prune", "--to", shop.path("backups")});
  EXPECT_EQ(pruned.exit_code, 0) << pruned.errors;
  EXPECT_THAT(pruned.errors, HasSubstr(second + " stays"));
  EXPECT_EQ(pruned.output, "");
  const auto refused = run({"restore", "--from", shop.path("backups"), "--at", second, "--db", shop.path("new/db")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr(second + ".json is damaged"));
  EXPECT_EQ(run({"backup", "prune", "--damaged", "--to", shop.path("backups")}).output, second + "\n");
  EXPECT_EQ(restore("new").exit_code, 0);
}

TEST_F(backup, damage_is_named_and_refused_by_command_and_service) {
  const auto made = back_up();
  ASSERT_EQ(made.exit_code, 0) << made.errors;
  EXPECT_EQ(made.errors.find("running service"), std::string::npos);
  const auto id = std::string(boost::json::parse(made.output).at("id").as_string());
  EXPECT_THAT(run({"backup", "list", "--to", shop.path("backups")}).output, HasSubstr(id + "  "));
  std::filesystem::path damaged;
  for (const auto& file : std::filesystem::directory_iterator(shop.path("backups/files"))) {
    if (file.file_size() > 0) damaged = file.path();
  }
  std::ofstream(damaged, std::ios::binary | std::ios::app) << "x";
  const auto verified = run({"backup", "verify", "--to", shop.path("backups")});
  EXPECT_EQ(verified.exit_code, 1);
  EXPECT_THAT(verified.output, HasSubstr(damaged.string()));
  const auto refused = restore("new");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr(damaged.string()));
  EXPECT_FALSE(std::filesystem::exists(shop.path("new")));
  EXPECT_EQ(run({"backup", "--db", shop.path("db")}).exit_code, 2);
  EXPECT_EQ(run({"backup", "list", "--to", shop.path("nothing")}).exit_code, 1);

  service_process service(shop.directory(), {"--config", shop.path("settings.yaml")});
  const auto ask = [&](const std::string& body) { return service.post("/v1/control/snapshot", body).status; };
  EXPECT_EQ(ask("{}"), 422U);
  EXPECT_EQ(ask(R"({"to":"relative"})"), 422U);
  EXPECT_EQ(ask(R"({"to":"/nowhere/at/all"})"), 422U);
  EXPECT_EQ(ask(R"({"to":")" + shop.path("artifacts") + R"("})"), 422U);
  EXPECT_EQ(ask(R"({"to":")" + shop.path("backups") + R"(","configuration":{"../x":""}})"), 422U);
  EXPECT_EQ(ask(R"({"to":")" + shop.path("backups") + R"(","keep_days":0})"), 200U);
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet::testing
