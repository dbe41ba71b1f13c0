#include "io/events/wake_signal.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace freshet {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using reason = wake_signal::reason;

TEST(wake_signal, what_arrives_between_looking_and_waiting_ends_the_wait) {
  wake_signal signal;
  signal.expect();
  signal.arrived();
  EXPECT_EQ(signal.wait_until(steady_clock::now() + 1h), reason::arrived);
}

TEST(wake_signal, what_arrived_before_looking_was_seen) {
  wake_signal signal;
  signal.arrived();
  signal.expect();
  EXPECT_EQ(signal.wait_until(steady_clock::now()), reason::deadline);
}

TEST(wake_signal, an_interruption_is_kept_until_one_wait_has_seen_it) {
  wake_signal signal;
  signal.interrupt();
  signal.expect();
  EXPECT_EQ(signal.wait_until(steady_clock::now() + 1h), reason::interrupted);
  EXPECT_EQ(signal.wait_until(steady_clock::now()), reason::deadline);
}

TEST(wake_signal, another_thread_ends_the_wait) {
  wake_signal signal;
  signal.expect();
  std::thread other([&] { signal.arrived(); });
  EXPECT_EQ(signal.wait_until(steady_clock::now() + 1h), reason::arrived);
  other.join();
}

}  // namespace
}  // namespace freshet
