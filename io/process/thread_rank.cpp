#include "io/process/thread_rank.hpp"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace freshet {
namespace {

/// As the kernel reads it (include/uapi/linux/sched/types.h), whose header does not go with <sched.h> everywhere.
struct scheduling {
  std::uint32_t size = sizeof(scheduling);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  /// The slice, in nanoseconds; 0 = the scheduler's own.
  std::uint64_t runtime = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

/// The scheduler's own slice is 3 ms or so; 100 ms is the longest that it takes.
constexpr std::uint64_t yielding_slice_ns = 5'000'000;
constexpr std::uint64_t patient_slice_ns = 20'000'000;
constexpr std::uint64_t longest_slice_ns = 100'000'000;
constexpr int nice_behind = 10;

}  // namespace

bool rank_this_thread(thread_rank rank) {
  scheduling wanted;
  if (::syscall(SYS_sched_getattr, 0, &wanted, sizeof wanted, 0) != 0) return false;
  switch (rank) {
    case thread_rank::equal:
      wanted.runtime = 0;
      break;
    case thread_rank::yielding:
      wanted.runtime = yielding_slice_ns;
      break;
    case thread_rank::patient:
      wanted.runtime = patient_slice_ns;
      break;
    case thread_rank::behind:
      wanted.runtime = longest_slice_ns;
      wanted.nice = std::max(wanted.nice, nice_behind);
      break;
  }
  return ::syscall(SYS_sched_setattr, 0, &wanted, 0) == 0;
}

}  // namespace freshet
