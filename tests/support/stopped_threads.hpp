// What: threads of another process that stand still, as if a call of theirs never returned; they go on at the end.
// How:  ptrace(2). A thread is caught while it waits, so that it holds nothing that the threads that go on would need.
// Needs: a process that this one has started. One thread makes and ends it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace freshet::testing {

class stopped_threads {
 public:
  /// Those that are called so. Tells the running test where there are none or they do not come to rest.
  stopped_threads(pid_t process, const std::string& name);
  ~stopped_threads();
  stopped_threads(const stopped_threads&) = delete;
  stopped_threads& operator=(const stopped_threads&) = delete;

 private:
  std::vector<pid_t> stopped_;
};

/// What the threads are called that run actors without a thread of their own, the supervisor among them.
inline constexpr const char* pool_threads = "caf.multiplexer";

}  // namespace freshet::testing
