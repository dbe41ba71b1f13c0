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

TEST(store_property, erasures_and_the_passing_of_time_leave_what_the_oracle_keeps) {
  random_source random(seed_of_this_run());
  const temporary_directory directory;
  constexpr unix_seconds day = 86'400;
  // Events happen within twenty seconds; a day of retention passes over them while the test runs.
  manual_clock time(1'700'000'000);
  store_options options{.sync_every_batch = false, .time = &time};
  auto store = open_store(directory / "db", options);
  naive_store oracle;
  const auto some_user = [&] { return "user-" + std::to_string(random.below(40)); };
  const auto read_equals_oracle = [&] {
    for (int n = 0; n < 40; ++n) {
      const auto user = "user-" + std::to_string(n);
      const auto number = expect_value(store->find_user(user));
      std::multiset<std::string> lines;
      if (number) {
        for (const auto& each : expect_value(store->events(*number, SIZE_MAX, std::nullopt))) {
          lines.insert(in_words(each.value));
        }
        EXPECT_EQ(expect_value(store->history(*number)).size(), lines.size());
      }
      EXPECT_EQ(lines, oracle.history(user)) << user;
    }
  };
  for (std::uint64_t step = 0; step < 300; ++step) {
    switch (random.below(8)) {
      default: {
        ingest_batch batch;
        for (auto left = random.below(12); left > 0; --left) batch.events.push_back(numbered_event(random.below(400)));
        const auto outcome = expect_value(store->apply(batch, false));
        for (std::size_t i = 0; i < batch.events.size(); ++i) {
          EXPECT_EQ(outcome.was_duplicate[i], !oracle.apply(batch.events[i].value, batch.events[i].identity));
        }
        EXPECT_EQ(outcome.applied + outcome.duplicates + outcome.dropped, batch.events.size());
        break;
      }
      case 0: {
        // Some of the events of these users have happened by then, others come later.
        erasure_order order{.user_ids = {}, .erased_at = 1'700'000'000 + static_cast<unix_seconds>(random.below(20))};
        for (auto left = 1 + random.below(4); left > 0; --left) order.user_ids.push_back(some_user());
        EXPECT_TRUE(store->erase_users(order));
        for (const auto& user : order.user_ids) oracle.erase(user, order.erased_at);
        break;
      }
      case 1: {
        time.advance(std::chrono::seconds(random.below(2)));
        const bool expires = random.below(3) > 0;
        store->set_retention(expires ? 1 : 0);
        // In a test that waits a day nothing would be left.
        if (!expires) break;
        time.advance(std::chrono::seconds(day));
        oracle.keep_from(time.now_seconds() - day);
        read_equals_oracle();
        EXPECT_TRUE(store->remove_expired());
        time.advance(-std::chrono::seconds(day));
        store->set_retention(0);
        oracle.keep_from(0);
        break;
      }
      case 2:
        if (random.below(10) > 0) break;
        store.reset();
        store = open_store(directory / "db", options);
    }
    if (step % 10 == 0) expect_equal(*store, oracle);
    for (const auto& [user, when] : oracle.erased()) EXPECT_TRUE(store->is_erased(user)) << user;
    if (HasFailure()) FAIL() << "step " << step;
  }
  expect_equal(*store, oracle);
  EXPECT_FALSE(oracle.erased().empty());
}

}  // namespace
}  // namespace freshet
