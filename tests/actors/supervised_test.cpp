#include "actors/supervised.hpp"

#include <gtest/gtest.h>

#include <future>

namespace freshet {
namespace {

using worker_actor = caf::typed_actor<caf::reacts_to<run_atom>, caf::replies_to<status_atom>::with<int>>;
struct worker_state {
  static inline const char* name = "worker";
  int done = 0;
};

struct worker_context {
  std::shared_future<void> may_go_on;
  std::shared_ptr<std::promise<void>> is_at_work;
};

worker_actor::behavior_type make_worker(worker_actor::stateful_pointer<worker_state> self, worker_context context) {
  return {
      [self, context](run_atom) {
        if (self->state.done++ == 0) context.is_at_work->set_value();
        context.may_go_on.wait();
      },
      [self](status_atom) { return self->state.done; },
  };
}

class supervised_worker : public ::testing::Test {
 protected:
  caf::actor_system_config config;
  caf::actor_system system{config};
  std::promise<void> go_on;
  worker_context context{go_on.get_future().share(), std::make_shared<std::promise<void>>()};
  worker_actor worker = spawn_supervised<caf::detached>(system, make_worker, context);
};

TEST_F(supervised_worker, tells_how_many_messages_wait) {
  EXPECT_EQ(messages_waiting(worker), 0);
  for (int i = 0; i < 5; ++i) caf::anon_send(worker, run_atom::value);
  context.is_at_work->get_future().wait();
  EXPECT_EQ(messages_waiting(worker), 4) << "one is being worked off";
  go_on.set_value();
  caf::scoped_actor self{system};
  self->request(worker, caf::infinite, status_atom::value)
      .receive([](int done) { EXPECT_EQ(done, 5); }, [](const caf::error&) { FAIL(); });
  EXPECT_EQ(messages_waiting(worker), 0);
}

TEST_F(supervised_worker, dies_by_command_of_an_exception_whose_words_are_the_reason) {
  go_on.set_value();
  caf::scoped_actor self{system};
  self->monitor(worker);
  self->send_exit(worker, fault_by_command());
  self->receive([&](const caf::down_msg& death) {
    EXPECT_NE(system.render(death.reason).find("a fault injected by command"), std::string::npos)
        << system.render(death.reason);
  });
  EXPECT_EQ(messages_waiting(worker), 0);
}

TEST_F(supervised_worker, leaves_quietly_when_it_is_told_to_stop) {
  go_on.set_value();
  caf::scoped_actor self{system};
  self->monitor(worker);
  caf::anon_send_exit(worker, stopped);
  self->receive([&](const caf::down_msg& death) { EXPECT_EQ(death.reason, stopped); });
}

}  // namespace
}  // namespace freshet
