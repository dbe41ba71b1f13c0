// Promises E1 and E3: whatever the order in which batches come, and however often, the store holds what the naive one
//                     holds.
#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;

template <class T>
void shuffle(std::vector<T>& values, random_source& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

/// The order of a history, in words: the numbers depend on the order of arrival.
std::vector<std::string> order_of(const event_store& store, const std::string& user) {
  std::vector<std::string> lines;
  const auto number = expect_value(store.find_user(user));
  if (!number) return lines;
  for (const auto& event : expect_value(store.history(*number))) {
    lines.push_back(std::to_string(event.ts) + " " + expect_value(store.item_id(event.item)));
  }
  return lines;
}

TEST(store_property, any_order_and_repetition_of_batches_gives_the_same_histories) {
  random_source random(seed_of_this_run());
  std::map<std::string, std::vector<std::string>> expected;
  for (int permutation = 0; permutation < 6; ++permutation) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t n = 0; n < 800; ++n) {
      for (auto copies = 1 + random.below(3); copies > 0; --copies) numbers.push_back(n);
    }
    shuffle(numbers, random);

    const temporary_directory directory;
    auto store = open_store(directory / "db");
    naive_store oracle;
    for (std::size_t first = 0; first < numbers.size();) {
      ingest_batch batch;
      for (auto size = 1 + random.below(90); size > 0 && first < numbers.size(); --size, ++first) {
        batch.events.push_back(numbered_event(numbers[first]));
      }
      const auto outcome = expect_value(store->apply(batch, false));
      ASSERT_EQ(outcome.was_duplicate.size(), batch.events.size());
      for (std::size_t i = 0; i < batch.events.size(); ++i) {
        const bool is_new = oracle.apply(batch.events[i].value, batch.events[i].identity);
        EXPECT_EQ(outcome.was_duplicate[i], !is_new);
      }
      EXPECT_EQ(expect_value(store->apply(batch, false)).applied, 0U) << "the batch once more";
      if (random.below(12) == 0) {
        store.reset();
        store = open_store(directory / "db");
      }
    }
    expect_equal(*store, oracle);
    for (const auto& user : oracle.users()) {
      const auto order = order_of(*store, user);
      const auto first = expected.try_emplace(user, order).first;
      EXPECT_EQ(order, first->second) << user;
    }
  }
}

TEST(store_property, items_that_are_put_and_removed_between_events_are_those_of_the_oracle) {
  random_source random(seed_of_this_run());
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  naive_store oracle;
  const auto some_id = [&] { return "item-" + std::to_string(random.below(60)); };
  for (std::uint64_t step = 0; step < 400; ++step) {
    switch (random.below(4)) {
      case 0: {
        const auto event = numbered_event(step);
        EXPECT_TRUE(store->apply(batch_of({event}), false));
        oracle.apply(event.value, event.identity);
        break;
      }
      case 1: {
        std::vector<item> items;
        for (auto left = random.below(4); left > 0; --left)
          items.push_back(named_item(some_id(), std::to_string(step)));
        EXPECT_TRUE(store->put_items(items));
        for (const auto& one : items) oracle.put_item(one);
        break;
      }
      case 2: {
        std::vector<item_index> numbers;
        for (auto left = random.below(4); left > 0; --left) {
          const auto id = some_id();
          const auto number = expect_value(store->find_item(id));
          if (!number) continue;
          numbers.push_back(*number);
          oracle.remove_item(id);
        }
        EXPECT_TRUE(store->remove_items(numbers));
        break;
      }
      default:
        if (random.below(10) > 0) break;
        store.reset();
        store = open_store(directory / "db");
    }
    if (step % 20 == 0) expect_equal(*store, oracle);
    if (HasFailure()) FAIL() << "step " << step;
  }
  expect_equal(*store, oracle);
  EXPECT_FALSE(oracle.deleted().empty());
  EXPECT_FALSE(oracle.described().empty());
}

}  // namespace
}  // namespace freshet
