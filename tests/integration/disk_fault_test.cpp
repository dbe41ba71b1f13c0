// Promise D2 where the disk itself fails under a whole service: it can no longer be written, or stands still.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/failing_disk.hpp"
#include "tests/support/readiness.hpp"
#include "tests/support/service_load.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;

/// Everything of the service, logs included, lies on the disk.
class disk_fault : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!disk_.refused().empty()) GTEST_SKIP() << disk_.refused();
    small_shop shop;
    shop.ingest();
    shop.train();
    std::filesystem::copy(shop.directory(), disk_.path(), std::filesystem::copy_options::recursive);
    disk_.flush();
    RecordProperty("seed", std::to_string(seed_));
  }
  static void expect_answers_go_on(service_process& service, const service_load& load) {
    const auto before = load.answered();
    EXPECT_TRUE(eventually([&] { return load.answered() > before + 100; })) << "answers go on";
    EXPECT_EQ(service.get("/v1/users/u1/events").status, 200U);
    EXPECT_EQ(service.get("/readyz").raw.body, R"({"status":"degraded"})");
  }

  failing_disk disk_{200};
  const std::uint64_t seed_ = std::random_device{}();
};

TEST_F(disk_fault, that_ends_all_writing_is_a_sentence_and_loses_nothing_of_what_was_acknowledged) {
  auto service = std::make_unique<service_process>(disk_.path());
  service_load load(service->address(), seed_);
  EXPECT_TRUE(eventually([&] { return load.answered() > 100; }));
  EXPECT_EQ(service->get("/v1/users/u1/events").status, 200U);
  {
    // What a sync is about to make durable when ext4 gives its journal up may be called durable by the kernel and is
    // not.
    const auto held = load.hold_events();
    disk_.turn_read_only();
  }
  ASSERT_TRUE(becomes_shown(*service, "Read-only file system"));
  expect_answers_go_on(*service, load);
  // Between two attempts to open the database anew the sentence is another one.
  EXPECT_TRUE(eventually([&] {
    const auto refused =
        service->post("/v1/events", R"({"user_id":"teller","item_id":"i1","ts":1700000000,"event_id":"refused"})");
    EXPECT_EQ(refused.status, 503U);
    return refused.raw.body.find("Read-only file system") != std::string::npos;
  }));
  load.abandon();
  EXPECT_EQ(load.refused(), 0U) << "no recommendation was refused";
  auto accepted = load.accepted();
  EXPECT_FALSE(accepted.empty());
  service->kill();
  disk_.repair();
  service = std::make_unique<service_process>(disk_.path());
  ASSERT_TRUE(becomes_shown(*service, R"("status":"ready")"));
  if (const auto& left = load.unanswered()) {
    EXPECT_EQ(service->post("/v1/events", left->body).status, 202U);
    accepted[left->user].insert(left->ts);
  }
  expect_stored(*service, accepted);
  EXPECT_EQ(service->stop(), 0);
}

TEST_F(disk_fault, that_answers_nothing_for_a_while_is_a_sentence_and_is_over_by_itself) {
  service_process service(disk_.path());
  service_load load(service.address(), seed_);
  EXPECT_TRUE(eventually([&] { return load.answered() > 100; }));
  disk_.freeze();
  ASSERT_TRUE(becomes_shown(service, "its disk is slow, or does not answer"));
  expect_answers_go_on(service, load);
  ASSERT_TRUE(disk_.thaw());
  ASSERT_TRUE(becomes_shown(service, R"("status":"ready")"));
  const auto told =
      service.post("/v1/events", R"({"user_id":"teller","item_id":"i1","ts":1700000000,"event_id":"told"})");
  EXPECT_EQ(told.status, 202U) << told.raw.body;
  load.stop();
  EXPECT_EQ(load.refused(), 0U) << "no recommendation was refused";
  EXPECT_FALSE(load.accepted().empty());
  expect_stored(service, load.accepted());
  EXPECT_EQ(service.stop(), 0);
}

}  // namespace
}  // namespace freshet
