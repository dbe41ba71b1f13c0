// `freshet worker`, and the incremental directory that it shares with `serve`, by the real program.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "io/files/atomic_file.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class worker : public ::testing::Test {
 protected:
  std::unique_ptr<child_process> start(std::vector<std::string> more = {}) {
    std::vector<std::string> line{FRESHET_BINARY, "worker",    "--db",     "data/db",
                                  "--model-dir",  "artifacts", "--config", "settings.yaml"};
    line.insert(line.end(), more.begin(), more.end());
    if (!std::filesystem::exists(path("settings.yaml"))) write("settings.yaml", "hot_reload: {enabled: false}\n");
    auto process = std::make_unique<child_process>(std::move(line), shop_.directory(), "worker");
    EXPECT_TRUE(eventually([&] { return !process->running() || ask("/readyz").status == 200; }));
    EXPECT_TRUE(process->running()) << process->errors();
    return process;
  }
  /// Through the owner's socket, as other commands do. Status 0 when nobody listens.
  http::response ask(const std::string& target) const {
    const auto client = http::client::connect("unix:" + path("data/db/owner.sock"), 30s);
    http::response nobody;
    nobody.status = 0;
    if (!client) return nobody;
    auto answer = (*client)->send(http::method::get, target, {}, "");
    return answer ? *std::move(answer) : nobody;
  }
  std::int64_t events() const {
    const auto done = run_freshet({"inspect", "--db", "data/db", "--json"}, shop_.directory());
    return done.exit_code == 0 ? boost::json::parse(done.output).at("events").as_int64() : -1;
  }
  std::string path(const std::string& name) const { return shop_.path(name); }
  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    ASSERT_TRUE(write_file_atomically(path(name), content));
  }
  static std::string row(const std::string& user) { return "user_id,item_id,ts\n" + user + ",i1,1700000000\n"; }

  small_shop shop_;
};

TEST_F(worker, takes_files_and_what_other_commands_hand_over_and_drains_at_sigterm) {
  const auto port = free_port();
  write("settings.yaml", "server: {port: " + std::to_string(port) + "}\n");
  std::filesystem::create_directories(path("data/incremental"));
  std::filesystem::copy(path("events.csv"), path("data/incremental/events_20261128.csv"));
  const auto process = start();
  EXPECT_TRUE(eventually([&] { return events() >= 4'000; })) << process->errors();
  const auto before = events();
  write("data/incremental/more.csv", row("newcomer"));
  EXPECT_TRUE(eventually([&] { return events() == before + 1; })) << process->errors();
  write("other.csv", row("another"));
  const auto handed = shop_.run({"ingest", "--events", "other.csv", "--db", "data/db", "--json"});
  EXPECT_TRUE(boost::json::parse(handed.output).at("handed_to_service").as_bool());
  EXPECT_EQ(boost::json::parse(ask("/v1/users/another/events").body).at("events").as_array().size(), 1U);

  const auto network = http::client::connect("http://127.0.0.1:" + std::to_string(port), 1s);
  EXPECT_TRUE(!network || !(*network)->send(http::method::get, "/livez", {}, "")) << "nobody listens on the network";
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait(30s), 0);
  EXPECT_EQ(events(), before + 2);
  EXPECT_THAT(*read_file(path("logs/worker.log")), HasSubstr("took " + path("data/incremental/more.csv") + ": 1 read"));
}

TEST_F(worker, folds_in_with_a_model_what_it_took) {
  write("settings.yaml", "hot_reload: {enabled: true}\n");
  shop_.run({"ingest", "--events", "events.csv", "--items", "items.csv", "--db", "data/db"});
  shop_.run({"train", "als", "--db", "data/db", "--output", "artifacts", "--register"});
  const auto process = start();
  write("data/incremental/late.csv", row("latecomer"));
  EXPECT_TRUE(eventually([&] { return ask("/v1/users/latecomer").status == 200; })) << process->errors();
  const auto answer = ask("/recommend?user_id=latecomer&k=3");
  EXPECT_EQ(answer.status, 200U) << answer.body;
  EXPECT_THAT(answer.body, ::testing::Not(HasSubstr("\"i1\""))) << "bought already";
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait(30s), 0);
}

TEST_F(worker, killed_in_the_middle_of_a_file_it_neither_loses_nor_doubles_a_row_of_it) {
  constexpr int rows = 60'000;
  std::string text = "user_id,item_id,ts\n";
  for (int each = 0; each < rows; ++each) {
    text += "u" + std::to_string(each % 500) + ",i" + std::to_string(each % 7) + "," +
            std::to_string(1'700'000'000 + each) + "\n";
  }
  write("data/incremental/large.csv", text);
  for (std::int64_t so_far = 0; so_far < rows / 2;) {
    const auto process = start();
    ASSERT_TRUE(eventually([&] { return events() > so_far; })) << process->errors();
    process->signal(SIGKILL);
    EXPECT_EQ(process->wait(30s), 128 + SIGKILL);
    so_far = events();
  }
  const auto process = start();
  const auto taken = [&] { return process->errors().find("large.csv: 60,000 read") != std::string::npos; };
  EXPECT_TRUE(eventually(taken)) << process->errors();
  process->signal(SIGTERM);
  EXPECT_EQ(process->wait(30s), 0);
  EXPECT_EQ(events(), rows);
}

TEST_F(worker, looks_at_the_interval_for_a_directory_that_nobody_tells_of) {
  const auto process = start({"--interval", "1", "--incremental-dir", path("not/yet/there")});
  // Each time the directory goes, nobody would tell of the next one.
  for (int time = 1; time <= 2; ++time) {
    write("not/yet/there/a.csv", row("u" + std::to_string(time)));
    EXPECT_TRUE(eventually([&] { return events() == time; })) << process->errors();
    std::filesystem::remove_all(path("not"));
  }
}

TEST_F(worker, removes_files_that_were_taken_so_many_days_after_their_last_change) {
  const auto put = [&](const std::string& name, std::time_t days) {
    write("data/incremental/" + name, row(name));
    const timespec changed{.tv_sec = std::time(nullptr) - days * 86'400, .tv_nsec = 0};
    const timespec times[] = {changed, changed};
    ASSERT_EQ(utimensat(AT_FDCWD, path("data/incremental/" + name).c_str(), times, 0), 0);
  };
  put("old.csv", 8);
  put("new.csv", 6);
  write("settings.yaml", "worker: {incremental_keep_days: 7}\n");
  const auto process = start();
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(path("data/incremental/old.csv")); }))
      << process->errors();
  EXPECT_TRUE(eventually([&] { return events() == 2; })) << process->errors();
  EXPECT_TRUE(std::filesystem::exists(path("data/incremental/new.csv")));
}

TEST_F(worker, has_as_many_threads_as_it_is_told) {
  const auto workers = [&](const std::vector<std::string>& flags) {
    const auto process = start(flags);
    const auto stats = boost::json::parse(ask("/stats").body);
    process->signal(SIGTERM);
    EXPECT_EQ(process->wait(30s), 0);
    return stats.at("settings").at("workers").as_int64();
  };
  EXPECT_EQ(workers({"--threads", "1"}), 1);
  EXPECT_EQ(workers({}), std::min<std::int64_t>(8, std::max(1U, std::thread::hardware_concurrency())));
}

TEST_F(worker, is_not_needed_beside_a_service_which_takes_the_same_files) {
  service_process service(shop_.directory());
  write("incremental/a.csv", row("ada"));
  EXPECT_TRUE(eventually([&] { return service.get("/v1/users/ada").status == 200; })) << service.process().errors();
  write("settings.yaml", "server: {drain_deadline_ms: 1}\n");
  const auto refused = run_freshet({"worker", "--db", "db", "--config", "settings.yaml"}, shop_.directory());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("it does a worker's work itself"));
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet::testing
