#include "io/artifacts/artifact_watch.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

class watched_artifacts : public ::testing::Test {
 protected:
  /// Asked once more than a change needs.
  bool noticed() {
    const bool first = watch_->settled();
    return watch_->settled() || first;
  }

  testing::temporary_directory directory_;
  fs::path root_ = directory_ / "a/b/artifacts";
  std::unique_ptr<artifact_watch> watch_ = std::move(*artifact_watch::open(root_));
};

TEST_F(watched_artifacts, that_do_not_exist_yet_are_noticed_when_they_do) {
  watch_->cover();
  std::ofstream(directory_ / "elsewhere") << "x";
  EXPECT_FALSE(noticed()) << "what happens beside the way to the root does not matter";
  fs::create_directories(root_);
  EXPECT_TRUE(noticed());
  watch_->cover();
  EXPECT_FALSE(noticed());
  std::ofstream(root_ / "registry.json") << "{}";
  EXPECT_TRUE(noticed());
}

TEST_F(watched_artifacts, tell_of_new_files_in_new_directories_and_of_overwritten_ones) {
  fs::create_directories(root_);
  watch_->cover();
  fs::create_directories(root_ / "als/20251108_v1");
  EXPECT_TRUE(noticed());
  watch_->cover();
  EXPECT_FALSE(noticed());
  std::ofstream(root_ / "als/20251108_v1/als_V.npy") << "first";
  EXPECT_TRUE(noticed());
  std::ofstream(root_ / "als/20251108_v1/als_V.npy") << "second";
  EXPECT_TRUE(noticed());
  fs::rename(root_ / "als/20251108_v1", root_ / "als/20251108_v2");
  EXPECT_TRUE(noticed());
}

TEST_F(watched_artifacts, wait_for_the_end_of_a_burst_but_not_for_ever) {
  fs::create_directories(root_);
  watch_->cover();
  std::ofstream(root_ / "1") << "x";
  EXPECT_FALSE(watch_->settled());
  std::ofstream(root_ / "2") << "x";
  EXPECT_FALSE(watch_->settled());
  EXPECT_TRUE(watch_->settled());
  int asked = 0;
  for (bool seen = false; !seen && asked < 100; ++asked) {
    std::ofstream(root_ / "3") << asked;
    seen = watch_->settled();
  }
  EXPECT_LT(asked, 10);
}

TEST_F(watched_artifacts, are_not_changed_by_the_lock_or_by_what_is_only_being_written) {
  fs::create_directories(root_ / ".import-abc");
  watch_->cover();
  std::ofstream(root_ / "registry.lock") << "x";
  std::ofstream(root_ / ".registry.json.1f3c5a70") << "x";
  std::ofstream(root_ / ".import-abc/V.npy") << "x";
  EXPECT_FALSE(noticed());
  fs::rename(root_ / ".registry.json.1f3c5a70", root_ / "registry.json");
  EXPECT_TRUE(noticed());
}

TEST_F(watched_artifacts, may_lie_elsewhere) {
  fs::create_directories(root_);
  fs::create_directories(directory_ / "model");
  watch_->cover(directory_ / "model");
  std::ofstream(directory_ / "model/U.npy") << "x";
  EXPECT_TRUE(noticed());
}

TEST_F(watched_artifacts, are_looked_at_again_when_that_was_asked_for) {
  watch_->cover();
  EXPECT_FALSE(noticed());
  watch_->look_again_in(std::chrono::milliseconds(0));
  EXPECT_TRUE(watch_->settled());
  EXPECT_FALSE(watch_->settled());
}

TEST(artifact_watch, is_an_error_with_a_remedy_where_the_system_gives_none) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto refused = artifact_watch::open("artifacts");
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::unavailable);
  EXPECT_NE(refused.failure().message.find("max_user_instances"), std::string::npos);
}

}  // namespace
}  // namespace freshet
