#include "actors/calling_thread.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "actors/interfaces.hpp"

namespace freshet {
namespace {

using echo_actor = caf::typed_actor<caf::reacts_to<int>>;

struct places {
  std::vector<std::thread::id> threads;
  std::vector<int> messages;
};

/// Notes where it runs and counts down by telling itself. Spawned lazily: else the pool would run it first.
echo_actor::behavior_type count_down(echo_actor::pointer self, places* seen) {
  return {[self, seen](int left) {
    seen->threads.push_back(std::this_thread::get_id());
    seen->messages.push_back(left);
    if (left > 0) self->send(self, left - 1);
  }};
}

TEST(calling_thread, runs_an_actor_and_what_it_sends_only_when_told_to) {
  caf::actor_system_config config;
  caf::actor_system system(config);
  places seen;
  const auto counter = system.spawn<caf::lazy_init>(count_down, &seen);
  calling_thread here(system);
  here.send(counter, 3);
  EXPECT_TRUE(seen.messages.empty());
  here.run();
  EXPECT_EQ(seen.messages, (std::vector<int>{3, 2, 1, 0}));
  for (const auto& thread : seen.threads) EXPECT_EQ(thread, std::this_thread::get_id());
}

TEST(calling_thread, drops_what_was_never_run) {
  caf::actor_system_config config;
  caf::actor_system system(config);
  places seen;
  const auto counter = system.spawn<caf::lazy_init>(count_down, &seen);
  {
    calling_thread here(system);
    here.send(counter, 3);
  }
  EXPECT_TRUE(seen.messages.empty());
}

echo_actor::behavior_type spawn_another(echo_actor::pointer self) {
  return {[self](int left) {
    if (left > 0) self->send(self->spawn(spawn_another), left - 1);
  }};
}

TEST(calling_thread, outlives_the_system_whose_actors_it_ran) {
  std::promise<void> ran;
  std::promise<void> may_end;
  std::thread other;
  auto life = std::async(std::launch::async, [&] {
    caf::actor_system_config config;
    caf::actor_system system(config);
    other = std::thread([&, first = system.spawn<caf::lazy_init>(spawn_another)]() mutable {
      {
        calling_thread here(system);
        here.send(std::exchange(first, {}), 2);
        here.run();
      }
      ran.set_value();
      may_end.get_future().wait();
    });
    ran.get_future().wait();
  });
  EXPECT_EQ(life.wait_for(std::chrono::seconds(30)), std::future_status::ready) << "the system waits for the thread";
  may_end.set_value();
  life.wait();
  other.join();
}

}  // namespace
}  // namespace freshet
