// Promise D2: a whole service on a disk that fills up or may not be written, and without free file descriptors.
// Requests are answered all the while, and what was acknowledged is there once, whatever happened.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <random>

#include "tests/support/readiness.hpp"
#include "tests/support/service_load.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using namespace freshet::testing;
using ::testing::HasSubstr;

service_process::answer tell(service_process& service, const std::string& id) {
  return service.post("/v1/events", R"({"user_id":"teller","item_id":"i1","ts":1700000000,"event_id":")" + id + "\"}");
}

/// Everything of the service, logs included, lies on the disk.
class full_disk : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.refused().empty()) GTEST_SKIP() << "a disk cannot be mounted here: " << disk_.refused();
    small_shop shop;
    shop.ingest();
    shop.train();
    std::filesystem::copy(shop.directory(), disk_.path(), std::filesystem::copy_options::recursive);
  }

  /// With the database there; what it says goes where there is space.
  command_result start_elsewhere() const {
    const temporary_directory elsewhere;
    return run_freshet({"serve", "--db", (disk_.path() / "db").string(), "--port", "0"}, elsewhere.path());
  }

  small_disk disk_{160};
};

TEST_F(full_disk, pauses_events_and_nothing_else_and_goes_on_by_itself) {
  service_process service(disk_.path());
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  service_load load(service.address(), seed);
  // Into the reserve; then to the last byte, from one moment to the next, so that writes fail in the middle.
  for (const std::size_t left : {8, 0, 0, 0}) {
    disk_.fill(left);
    ASSERT_TRUE(eventually([&] { return shown(service).find(R"("status":"degraded")") != std::string::npos; }));
    EXPECT_THAT(shown(service), HasSubstr("ingestion"));
    const auto refused = tell(service, "refused");
    EXPECT_EQ(refused.status, 503U) << refused.raw.body;
    EXPECT_THAT(refused.raw.body, ::testing::AnyOf(HasSubstr("kept in reserve"), HasSubstr("No space left")));
    const auto before = load.answered();
    EXPECT_TRUE(eventually([&] { return load.answered() > before + 50; })) << "answers go on";
    EXPECT_EQ(service.get("/v1/users/u1/events").status, 200U);
    disk_.empty();
    ASSERT_TRUE(eventually([&] { return shown(service).find(R"("status":"ready")") != std::string::npos; }))
        << shown(service);
    EXPECT_EQ(tell(service, "told").status, 202U);
  }
  load.stop();
  EXPECT_FALSE(load.accepted().empty());
  EXPECT_EQ(load.refused(), 0U) << "no recommendation was refused";
  expect_stored(service, load.accepted());
  EXPECT_EQ(service.stop(), 0);
}

TEST_F(full_disk, at_a_start_is_a_sentence_and_loses_nothing_of_what_was_acknowledged) {
  std::map<std::string, std::set<std::string>> accepted;
  {
    service_process service(disk_.path());
    for (int number = 0; number < 50; ++number) {
      const auto ts = std::to_string(1'700'000'000 + number);
      const auto told = service.post("/v1/events", R"({"user_id":"teller","item_id":"i1","ts":)" + ts + "}");
      ASSERT_EQ(told.status, 202U) << told.raw.body;
      accepted["teller"].insert(ts);
    }
    disk_.fill(0);
    service.kill();
  }
  const auto refused = start_elsewhere();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("No space left")) << refused.output;
  disk_.empty();
  service_process service(disk_.path());
  expect_stored(service, accepted);
}

TEST_F(full_disk, that_may_not_be_written_at_a_start_is_a_sentence_too) {
  service_process service(disk_.path());
  ASSERT_EQ(tell(service, "first").status, 202U);
  service.kill();
  ASSERT_TRUE(disk_.set_read_only(true));
  const auto refused = start_elsewhere();
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("Read-only file system"));
}

/// As `prlimit --nofile` does to a running process: none beyond the highest that it uses.
void take_free_descriptors(const child_process& of) {
  rlim_t used = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(of.pid()) + "/fd")) {
    used = std::max<rlim_t>(used, std::stoul(each.path().filename().string()) + 1);
  }
  rlimit limits{};
  ASSERT_EQ(::prlimit(of.pid(), RLIMIT_NOFILE, nullptr, &limits), 0);
  limits.rlim_cur = used;
  ASSERT_EQ(::prlimit(of.pid(), RLIMIT_NOFILE, &limits, nullptr), 0);
}

void give_free_descriptors(const child_process& to) {
  rlimit limits{};
  ASSERT_EQ(::prlimit(to.pid(), RLIMIT_NOFILE, nullptr, &limits), 0);
  limits.rlim_cur = limits.rlim_max;
  ASSERT_EQ(::prlimit(to.pid(), RLIMIT_NOFILE, &limits, nullptr), 0);
}

TEST(file_descriptors, that_run_out_turn_new_clients_away_politely_and_lose_nothing) {
  small_shop shop;
  shop.ingest();
  shop.train();
  service_process service(shop.directory());
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  service_load load(service.address(), seed);
  EXPECT_TRUE(eventually([&] { return load.answered() > 100; }));
  EXPECT_EQ(service.get("/livez").status, 200U);
  take_free_descriptors(service.process());
  // Numbers that were free in between are taken first.
  std::vector<std::unique_ptr<http::client>> crowd;
  http::response last{.status = 200};
  while (last.status == 200) {
    ASSERT_LT(crowd.size(), 1'000U);
    auto client = http::client::connect(service.address(), 30s);
    ASSERT_TRUE(client) << client.failure().message;
    auto answer = (*client)->send(http::method::get, "/livez");
    ASSERT_TRUE(answer) << answer.failure().message;
    last = std::move(*answer);
    crowd.push_back(std::move(*client));
  }
  EXPECT_EQ(last.status, 503U);
  EXPECT_THAT(last.body, HasSubstr("try again soon"));
  const auto before = load.answered();
  EXPECT_TRUE(eventually([&] { return load.answered() > before + 100; })) << "who is in is served";
  give_free_descriptors(service.process());
  crowd.clear();
  EXPECT_TRUE(eventually([&] {
    const auto again = http::client::connect(service.address(), 30s);
    const auto answer = again ? (*again)->send(http::method::get, "/livez") : result<http::response>(again.failure());
    return answer && answer->status == 200;
  }));
  load.stop();
  EXPECT_FALSE(load.accepted().empty());
  expect_stored(service, load.accepted());
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet
