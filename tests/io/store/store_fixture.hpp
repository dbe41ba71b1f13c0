// What: events by number, and the comparison of a store with the naive one, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "core/base/random.hpp"
#include "io/store/event_store.hpp"
#include "tests/support/naive_store.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {

inline std::uint64_t seed_of_this_run() {
  const char* given = std::getenv("FRESHET_TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("FRESHET_TEST_SEED=%llu repeats this run\n", static_cast<unsigned long long>(seed));
  return seed;
}

inline std::unique_ptr<event_store> open_store(const std::filesystem::path& path, const store_options& options = {}) {
  auto opened = event_store::open(path, options);
  if (!opened) ADD_FAILURE() << opened.failure().message;
  return opened ? std::move(opened).value() : nullptr;
}

/// Unwraps; the test fails with the sentence when there is an error.
template <class T>
T expect_value(result<T> outcome) {
  if (!outcome) {
    ADD_FAILURE() << to_string(outcome.failure().code) << ": " << outcome.failure().message;
    return T{};
  }
  return std::move(outcome).value();
}

inline identified_event purchase(const std::string& user, const std::string& item, unix_seconds ts,
                                 const std::string& identity) {
  event value;
  value.user_id = user;
  value.item_id = item;
  value.ts = ts;
  value.event_type = "purchase";
  return {value, identity};
}

inline ingest_batch batch_of(std::vector<identified_event> events) {
  ingest_batch batch;
  batch.events = std::move(events);
  return batch;
}

/// Event number `n` of a small shop: few users, items and seconds, so that everything that can coincide does.
inline identified_event numbered_event(std::uint64_t n) {
  random_source random(n);
  event value;
  value.user_id = "user-" + std::to_string(random.below(40));
  value.item_id = "item-" + std::to_string(random.below(60));
  value.ts = 1'700'000'000 + static_cast<unix_seconds>(random.below(20));
  value.qty = static_cast<std::int32_t>(random.below(5)) - 1;
  const char* const types[] = {"", "view", "purchase", "rating"};
  value.event_type = types[random.below(4)];
  if (value.event_type == "rating") value.value = static_cast<float>(random.uniform() * 5);
  if (random.below(2) == 0) value.session_id = "session-" + std::to_string(random.below(9));
  if (random.below(5) == 0) value.recommendation_id = "answer-" + std::to_string(n);
  if (random.below(5) == 0) value.properties = R"({"page":")" + std::to_string(n) + "\"}";
  value.event_id = "e" + std::to_string(n);
  return {value, "id:" + value.event_id};
}

inline item named_item(const std::string& id, const std::string& title) {
  item made;
  made.item_id = id;
  made.title = title;
  return made;
}

inline std::vector<item_index> numbers_of(const event_store& store, const std::vector<std::string>& item_ids) {
  std::vector<item_index> numbers;
  for (const auto& id : item_ids) {
    const auto number = expect_value(store.find_item(id));
    EXPECT_TRUE(number) << id;
    if (number) numbers.push_back(*number);
  }
  return numbers;
}

/// Histories, items, counts and positions of the store are those of the oracle, and histories are in canonical order.
inline void expect_equal(const event_store& store, const naive_store& oracle) {
  const auto counts = expect_value(store.counts());
  EXPECT_EQ(counts.users, oracle.users().size());
  EXPECT_EQ(counts.events, oracle.events());
  EXPECT_EQ(counts.items, oracle.items());

  std::map<std::string, std::uint64_t> events_of_items;
  const auto by_number = expect_value(store.item_event_counts());
  const auto ids = expect_value(store.item_ids());
  ASSERT_EQ(by_number.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (by_number[i] > 0) events_of_items[ids[i]] = by_number[i];
  }
  EXPECT_EQ(events_of_items, oracle.events_of_items());

  std::map<std::string, item> described;
  EXPECT_TRUE(store.for_each_item([&](item_index, const item& one) { described[one.item_id] = one; }));
  EXPECT_EQ(described, oracle.described());
  std::set<std::string> deleted;
  for (const auto number : expect_value(store.deleted_items())) {
    deleted.insert(ids[to_integer(number)]);
    EXPECT_TRUE(expect_value(store.is_deleted(number)));
    EXPECT_FALSE(expect_value(store.find_metadata(number)));
  }
  EXPECT_EQ(deleted, oracle.deleted());

  for (const auto& user : oracle.users()) {
    const auto number = expect_value(store.find_user(user));
    ASSERT_TRUE(number) << user;
    EXPECT_EQ(expect_value(store.user_id(*number)), user);
    EXPECT_FALSE(store.is_surely_unknown(user)) << user;
    std::multiset<std::string> lines;
    std::map<std::uint64_t, event> by_key;
    for (const auto& stored : expect_value(store.events(*number, SIZE_MAX, std::nullopt))) {
      EXPECT_EQ(stored.value.user_id, user);
      lines.insert(in_words(stored.value));
      by_key[stored.key] = stored.value;
    }
    EXPECT_EQ(lines, oracle.history(user)) << user;

    const auto history = expect_value(store.history(*number));
    ASSERT_EQ(history.size(), lines.size());
    std::vector<std::tuple<unix_seconds, std::string, std::uint64_t>> order;
    for (const auto& event : history) {
      order.emplace_back(event.ts, ids[to_integer(event.item)], event.key);
      ASSERT_TRUE(by_key.contains(event.key));
      EXPECT_EQ(by_key[event.key].qty, event.qty);
      EXPECT_EQ(by_key[event.key].event_type, store.event_types()[to_integer(event.type)]);
    }
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end())) << user;
  }

  std::map<std::pair<std::string, int>, std::int64_t> positions;
  for (const auto& position : expect_value(store.positions())) {
    positions[{position.source, static_cast<int>(position.partition)}] = position.next_offset;
  }
  EXPECT_EQ(positions, oracle.positions());
}

}  // namespace freshet::testing
