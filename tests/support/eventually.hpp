// What: waits for a state instead of for a time: a minute is enough on the slowest machine.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace freshet::testing {

/// Whether `holds` became true; asked every 10 ms, so often that a machine that stands still for a while loses nothing.
template <class Condition>
[[nodiscard]] ::testing::AssertionResult eventually(Condition holds) {
  constexpr int tries_max = 6'000;
  for (int tries = 0; tries < tries_max; ++tries) {
    if (holds()) return ::testing::AssertionSuccess();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return ::testing::AssertionFailure() << "not within a minute";
}

}  // namespace freshet::testing
