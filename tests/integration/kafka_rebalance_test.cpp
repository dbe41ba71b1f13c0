// A second member of the group takes over partitions, and gives them back.
#include <gtest/gtest.h>

#include "io/events/kafka_source.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_records.hpp"

namespace freshet {
namespace {

using namespace freshet::testing;
using namespace std::chrono_literals;

/// Members poll in turns on this thread and share one store, whose `apply` finds every gap and every repetition.
class kafka_rebalance : public ::testing::TestWithParam<const char*> {
 protected:
  kafka_options settings() const {
    auto options = kafka_settings(shared_kafka());
    options.properties["partition.assignment.strategy"] = GetParam();
    return options;
  }

  template <class Condition>
  void poll_all_until(std::initializer_list<event_source*> members, Condition enough) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!enough()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << state_.total() << " records came";
      for (auto* member : members) {
        const auto batch = member->poll(100, 20ms);
        ASSERT_TRUE(batch) << batch.failure().message;
        state_.apply(*batch);
      }
    }
  }

  consumer_state state_;
};

TEST_P(kafka_rebalance, moves_partitions_without_a_gap_or_a_repetition) {
  const auto options = settings();
  make_topic(options, 4);
  produce(options, 0, 20'000);

  const auto first = open_source(options, state_);
  poll_all_until({first.get()}, [&] { return state_.total() >= 2'000; });
  EXPECT_EQ(first->state().size(), 4u);

  const auto second = open_source(options, state_);
  poll_all_until({first.get(), second.get()},
                 [&] { return first->state().size() == 2 && second->state().size() == 2; });
  produce(options, 20'000, 10'000);
  poll_all_until({first.get(), second.get()}, [&] { return state_.total() >= 25'000; });

  second->close(patience);
  poll_all_until({first.get()}, [&] { return first->state().size() == 4 && state_.total() >= 30'000; });
  const auto values = state_.sorted();
  ASSERT_EQ(values.size(), 30'000u);
  EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end());
}

INSTANTIATE_TEST_SUITE_P(assignors, kafka_rebalance, ::testing::Values("range", "cooperative-sticky"),
                         [](const auto& assignor) { return assignor.index == 0 ? "range" : "cooperative_sticky"; });

}  // namespace
}  // namespace freshet
