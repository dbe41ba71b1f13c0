#include "tests/support/stopped_threads.hpp"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>

#include "tests/support/eventually.hpp"

namespace freshet::testing {
namespace {

std::string line_of(const std::filesystem::path& file) {
  std::string line;
  std::getline(std::ifstream(file), line);
  return line;
}

/// A thread that waits for another, and has let go of what it waits with.
bool waits(const std::filesystem::path& thread) {
  return line_of(thread / "syscall").starts_with(std::to_string(SYS_futex) + " ");
}

bool stop(pid_t thread) {
  if (ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) != 0) return false;
  if (ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0) return false;
  int how = 0;
  return waitpid(thread, &how, __WALL) == thread && WIFSTOPPED(how);
}

void let_go(pid_t thread) {
  ptrace(PTRACE_DETACH, thread, nullptr, nullptr);
}

}  // namespace

stopped_threads::stopped_threads(pid_t process, const std::string& name) {
  for (const auto& each : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    if (line_of(each.path() / "comm") != name) continue;
    const auto thread = static_cast<pid_t>(std::stol(each.path().filename().string()));
    EXPECT_TRUE(eventually([&] {
      if (!stop(thread)) return false;
      if (waits(each.path())) return true;
      let_go(thread);
      return false;
    })) << name;
    stopped_.push_back(thread);
  }
  EXPECT_FALSE(stopped_.empty()) << "no thread is called " << name;
}

stopped_threads::~stopped_threads() {
  for (const auto each : stopped_) let_go(each);
}

}  // namespace freshet::testing
