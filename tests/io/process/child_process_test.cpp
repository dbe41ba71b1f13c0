#include "io/process/child_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace freshet {
namespace {

using ::testing::ElementsAre;

struct outcome {
  child_process::lines said;
  child_process::ending how;
};

outcome wait_for(child_process& child) {
  outcome all;
  for (;;) {
    // Asked first: what is read afterwards is all there is.
    const auto how = child.ended();
    const auto more = child.read();
    all.said.output.insert(all.said.output.end(), more.output.begin(), more.output.end());
    all.said.errors.insert(all.said.errors.end(), more.errors.begin(), more.errors.end());
    if (how) {
      all.how = *how;
      return all;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

child_process shell(const std::string& script) {
  auto started = child_process::start("/bin/sh", {"sh", "-c", script});
  EXPECT_TRUE(started.ok());
  return std::move(*started);
}

TEST(a_child_process, says_what_it_prints_and_how_it_ended) {
  auto child = shell("echo one; echo two >&2; printf three; exit 3");
  const auto done = wait_for(child);
  EXPECT_THAT(done.said.output, ElementsAre("one", "three"));
  EXPECT_THAT(done.said.errors, ElementsAre("two"));
  EXPECT_EQ(done.how.exit_code, 3);
  EXPECT_EQ(done.how.signal, 0);
}

TEST(a_child_process, is_ended_by_signals) {
  auto child = shell("exec sleep 600");
  EXPECT_FALSE(child.ended());
  child.signal(SIGTERM);
  EXPECT_EQ(wait_for(child).how.signal, SIGTERM);
}

TEST(a_child_process, dies_with_its_object) {
  pid_t pid = 0;
  {
    auto child = shell("echo $$; exec sleep 600");
    for (child_process::lines said; pid == 0; said = child.read()) {
      if (!said.output.empty()) pid = std::stoi(said.output.front());
    }
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1) << "waited for, so its number is free";
}

TEST(a_child_process, that_is_no_program_is_an_error) {
  const auto started = child_process::start("/nowhere/program", {"program"});
  ASSERT_FALSE(started.ok());
  EXPECT_THAT(started.failure().message, ::testing::HasSubstr("cannot start /nowhere/program"));
}

}  // namespace
}  // namespace freshet
