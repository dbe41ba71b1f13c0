#include "io/process/thread_rank.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace freshet {
namespace {

int nice_of_this_thread() {
  return ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
}

/// Of a thread of its own, after it was ranked.
int nice_of(thread_rank rank) {
  int nice = -1;
  std::thread([&] {
    EXPECT_TRUE(rank_this_thread(rank));
    nice = nice_of_this_thread();
  }).join();
  return nice;
}

TEST(thread_rank, work_that_nobody_waits_for_has_a_small_share) {
  const int ours = nice_of_this_thread();
  EXPECT_EQ(nice_of(thread_rank::equal), ours);
  EXPECT_EQ(nice_of(thread_rank::yielding), ours);
  EXPECT_EQ(nice_of(thread_rank::patient), ours);
  EXPECT_GE(nice_of(thread_rank::behind), std::max(ours, 1));
}

TEST(thread_rank, is_of_one_thread_alone) {
  const int ours = nice_of_this_thread();
  nice_of(thread_rank::behind);
  EXPECT_EQ(nice_of_this_thread(), ours);
}

}  // namespace
}  // namespace freshet
