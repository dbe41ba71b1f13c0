#include "io/files/content_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

event sample() {
  return {.user_id = "17850", .item_id = "85123A", .ts = 1'291'191'960, .qty = 6};
}

TEST(content_key, is_what_it_was_when_databases_were_filled) {
  EXPECT_EQ(content_event_id(content_hash_of(sample()), 0), "content:35113897266928d8f72e2e806b49a318:0");
}

TEST(content_key, every_field_counts_and_the_event_id_does_not) {
  std::vector<event> events(11, sample());
  events[1].user_id = "17851";
  events[2].item_id = "85123B";
  events[3].ts += 1;
  events[4].qty = -6;
  events[5].event_type = "view";
  events[6].value = 0.0f;
  events[7].session_id = "s";
  events[8].recommendation_id = "s";
  events[9].properties = "{}";
  events[10].user_id = "178508";  // the same bytes in a row, cut elsewhere
  events[10].item_id = "5123A";
  std::set<std::pair<std::uint64_t, std::uint64_t>> hashes;
  for (const auto& each : events) hashes.emplace(content_hash_of(each).high, content_hash_of(each).low);
  EXPECT_EQ(hashes.size(), events.size());

  event with_id = sample();
  with_id.event_id = "1";
  EXPECT_EQ(content_hash_of(with_id), content_hash_of(sample()));
  event zero = sample(), negative_zero = sample();
  zero.value = 0.0f;
  negative_zero.value = -0.0f;
  EXPECT_EQ(content_hash_of(zero), content_hash_of(negative_zero));
}

TEST(content_counter, counts_exactly_in_memory_and_on_disk) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE(seed);
  random_source random(seed);
  testing::temporary_directory directory;
  content_counter counter({.entries_in_memory_max = 1'000, .spill_directory = directory.path()});
  std::map<std::uint64_t, std::uint64_t> reference;
  for (int row = 0; row < 20'000; ++row) {
    const std::uint64_t value = random.below(3'000);
    const auto before = counter.count({.high = value, .low = hash64(std::to_string(value))});
    ASSERT_TRUE(before) << before.failure().message;
    ASSERT_EQ(*before, reference[value]++) << "row " << row;
  }
}

TEST(content_counter, leaves_nothing_behind) {
  testing::temporary_directory directory;
  {
    content_counter counter({.entries_in_memory_max = 2, .spill_directory = directory.path()});
    for (std::uint64_t value = 0; value < 10; ++value) ASSERT_TRUE(counter.count({.high = value, .low = value}));
    EXPECT_FALSE(std::filesystem::is_empty(directory.path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(content_counter, says_which_directory_it_cannot_use) {
  content_counter counter({.entries_in_memory_max = 1, .spill_directory = "/nonexistent"});
  const auto failed = counter.count({.high = 1, .low = 1});
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.failure().message, ::testing::HasSubstr("/nonexistent"));
}

}  // namespace
}  // namespace freshet
