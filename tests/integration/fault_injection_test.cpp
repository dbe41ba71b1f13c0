// Promise D3 on the real program: an actor that dies is started again, its work redone; one that dies too often ends
// the process, which says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/service_load.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::service_load;
using testing::service_process;
using testing::small_shop;

class fault_injection : public ::testing::Test {
 protected:
  std::unique_ptr<service_process> start(const std::string& supervisor) {
    std::ofstream(shop.path("faults.yaml")) << "debug: {fault_injection: true}\nsupervisor: " << supervisor << "\n";
    return std::make_unique<service_process>(shop.directory(),
                                             std::vector<std::string>{"--config", shop.path("faults.yaml")});
  }
  static void crash(service_process& service, const std::string& actor) {
    EXPECT_EQ(service.post("/v1/control/crash/" + actor, "").status, 202U);
  }
  std::size_t lines_with(const std::string& wanted) {
    std::ifstream file(shop.path("logs/service/api.log"));
    std::size_t count = 0;
    for (std::string line; std::getline(file, line);) count += line.find(wanted) != std::string::npos ? 1 : 0;
    return count;
  }
  bool appears(const std::string& wanted, std::size_t times = 1) {
    for (int i = 0; i < 2'000 && lines_with(wanted) < times; ++i) std::this_thread::sleep_for(10ms);
    return lines_with(wanted) == times;
  }

  small_shop shop;
};

TEST_F(fault_injection, of_every_actor_loses_no_event_and_leaves_no_request_without_an_answer) {
  shop.ingest();
  shop.train();
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  auto service = start("{restarts_max: 100, backoff_min_ms: 5, backoff_max_ms: 20}");
  service_load load(service->address(), seed);
  testing::kill_every_actor(*service);
  testing::kill_every_actor(*service);
  load.stop();
  EXPECT_GT(load.answered(), load.refused() * 2) << "most are answered all the same";
  EXPECT_FALSE(load.accepted().empty());
  testing::expect_stored(*service, load.accepted());
  const auto lists = testing::lists_of(*service, load.accepted());
  EXPECT_EQ(service->stop(), 0);
  auto anew = start("{}");
  EXPECT_EQ(testing::lists_of(*anew, load.accepted()), lists);
}

TEST_F(fault_injection, beyond_the_budget_of_restarts_ends_the_process_which_says_why) {
  auto service = start("{restarts_max: 2, backoff_min_ms: 100, backoff_max_ms: 150}");
  crash(*service, "recommender");
  EXPECT_TRUE(appears("(\"a fault injected by command\")); restarting it in 100 ms"));
  std::this_thread::sleep_for(200ms);
  crash(*service, "recommender");
  EXPECT_TRUE(appears("restarting it in 150 ms"));
  std::this_thread::sleep_for(300ms);
  crash(*service, "recommender");
  EXPECT_EQ(service->process().wait(30s), 1);
  EXPECT_THAT(service->process().errors(), HasSubstr("actor recommender died 3 times within 60 s"));
  EXPECT_EQ(lines_with("giving up: actor recommender died 3 times"), 1U);
}

TEST_F(fault_injection, outside_the_window_counts_anew) {
  auto service = start("{restarts_max: 1, restart_window_seconds: 1, backoff_min_ms: 5}");
  for (std::size_t i = 1; i <= 3; ++i) {
    crash(*service, "recommender");
    EXPECT_TRUE(appears("actor recommender died", i));
    std::this_thread::sleep_for(1'100ms);
  }
  EXPECT_EQ(service->get("/readyz").status, 200U);
  EXPECT_EQ(service->stop(), 0);
}

TEST_F(fault_injection, of_the_supervisor_ends_the_process) {
  auto service = start("{}");
  crash(*service, "supervisor");
  EXPECT_EQ(service->process().wait(30s), 1);
  EXPECT_THAT(service->process().errors(), HasSubstr("the supervisor died"));
}

TEST_F(fault_injection, is_refused_unless_it_is_switched_on_and_for_actors_that_there_are_not) {
  service_process careful(shop.directory());
  const auto refused = careful.post("/v1/control/crash/recommender", "");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.raw.body, HasSubstr("debug.fault_injection"));
  const auto told = testing::run_freshet({"ctl", "crash", "recommender", "--url", careful.address()}, shop.directory());
  EXPECT_EQ(told.exit_code, 1);
  EXPECT_THAT(told.errors, HasSubstr("debug.fault_injection"));
  EXPECT_EQ(careful.stop(), 0);
  auto service = start("{}");
  const auto unknown = service->post("/v1/control/crash/nobody", "");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_THAT(unknown.raw.body, HasSubstr("updater/0"));
}

}  // namespace
}  // namespace freshet
