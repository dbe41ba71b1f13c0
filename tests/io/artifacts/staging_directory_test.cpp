// A directory that becomes visible in one step, and what is left of those whose makers died.
#include "io/artifacts/staging_directory.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::temporary_directory;
namespace fs = std::filesystem;

std::size_t entries(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

/// A process that dies with one in its hands.
void leave_one(const fs::path& target) {
  const pid_t child = ::fork();
  if (child == 0) {
    auto staged = staging_directory::create(target);
    if (staged) std::ofstream(staged->path() / "half") << "half";
    ::kill(::getpid(), SIGKILL);
  }
  int how = 0;
  ASSERT_EQ(::waitpid(child, &how, 0), child);
  ASSERT_TRUE(WIFSIGNALED(how));
}

TEST(staging_directory, takes_the_place_of_what_was_there_in_one_step) {
  const temporary_directory place;
  const auto target = place / "deep/model";
  {
    auto staged = staging_directory::create(target);
    ASSERT_TRUE(staged) << staged.failure().message;
    std::ofstream(staged->path() / "first") << "1";
    EXPECT_FALSE(fs::exists(target));
    ASSERT_TRUE(staged->put_in_place());
  }
  {
    const auto unused = staging_directory::create(target);
    ASSERT_TRUE(unused);
  }
  EXPECT_TRUE(fs::exists(target / "first"));
  {
    auto staged = staging_directory::create(target);
    ASSERT_TRUE(staged);
    std::ofstream(staged->path() / "second") << "2";
    ASSERT_TRUE(staged->put_in_place());
    EXPECT_TRUE(fs::exists(staged->path() / "first"));
  }
  EXPECT_TRUE(fs::exists(target / "second"));
  EXPECT_EQ(entries(target), 1U);
  EXPECT_EQ(entries(place / "deep"), 1U);
}

TEST(staging_directory, of_a_process_that_was_killed_goes_with_the_next_and_one_in_use_stays) {
  const temporary_directory place;
  const auto living = staging_directory::create(place / "a");
  ASSERT_TRUE(living);
  leave_one(place / "a");
  ASSERT_EQ(entries(place.path()), 2U);
  {
    const auto next = staging_directory::create(place / "b");
    ASSERT_TRUE(next);
    EXPECT_EQ(entries(place.path()), 2U);
  }
  EXPECT_TRUE(fs::exists(living->path()));
  EXPECT_EQ(entries(place.path()), 1U);
}

TEST(staging_directory, is_found_below_a_root_too) {
  const temporary_directory place;
  leave_one(place / "als/v1");
  leave_one(place / "v2");
  // Its number is that of a process which lives, as one of an earlier version of this program had it.
  fs::create_directories(place / ("ease/.v3." + std::to_string(::getppid()) + ".saving/deep"));
  fs::create_directories(place / ".hidden/.v4.saving");
  remove_abandoned_staging(place.path(), reach::here);
  EXPECT_EQ(entries(place / "als"), 1U);
  remove_abandoned_staging(place.path(), reach::below);
  EXPECT_EQ(entries(place / "als"), 0U);
  EXPECT_EQ(entries(place / "ease"), 0U);
  EXPECT_EQ(entries(place.path()), 3U);
  EXPECT_TRUE(fs::exists(place / ".hidden/.v4.saving")) << "nobody of ours writes there";
}

}  // namespace
}  // namespace freshet
