#include "core/base/bounded_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <thread>
#include <vector>

#include "core/base/random.hpp"

namespace freshet {
namespace {

using std::chrono::seconds;
using cache = bounded_cache<int>;
using time_point = cache::time_point;

std::shared_ptr<const int> value(int number) {
  return std::make_shared<const int>(number);
}

/// The same, naive: a list in order of use that is searched from end to end.
class naive_cache {
 public:
  explicit naive_cache(std::size_t max_size) : max_size_(max_size) {}

  std::optional<int> find(const std::string& key, time_point now) {
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const kept& each) { return each.key == key; });
    if (found == kept_.end() || found->expires <= now) {
      ++misses;
      if (found != kept_.end()) kept_.erase(found);
      return std::nullopt;
    }
    ++hits;
    const kept used = *found;
    kept_.erase(found);
    kept_.push_front(used);
    return used.number;
  }
  void insert(const std::string& key, int number, time_point expires) {
    erase(key);
    kept_.push_front({key, number, expires});
    shrink(max_size_);
  }
  void erase(const std::string& key) {
    std::erase_if(kept_, [&](const kept& each) { return each.key == key; });
  }
  void shrink(std::size_t max_size) {
    max_size_ = max_size;
    for (; kept_.size() > max_size_; ++evictions) kept_.pop_back();
  }
  void clear() { kept_.clear(); }
  std::size_t size() const { return kept_.size(); }

  std::uint64_t hits = 0, misses = 0, evictions = 0;

 private:
  struct kept {
    std::string key;
    int number;
    time_point expires;
  };
  std::deque<kept> kept_;
  std::size_t max_size_;
};

TEST(bounded_cache, behaves_as_a_list_in_order_of_use) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    random_source random(seed);
    const std::size_t max_size = 1 + random.below(20);
    cache tested({max_size, seconds(30)});
    naive_cache expected(max_size);
    time_point now{};
    for (int step = 0; step < 2000; ++step) {
      now += seconds(random.below(2));
      const auto key = "key " + std::to_string(random.below(40));
      const auto action = random.below(100);
      if (action < 55) {
        const auto found = tested.find(key, now);
        ASSERT_EQ(found ? std::optional(*found) : std::nullopt, expected.find(key, now)) << "step " << step;
      } else if (action < 90) {
        const seconds ttl(action < 80 ? 30 : 1 + random.below(10));
        tested.insert(key, value(step), now, action < 80 ? std::nullopt : std::optional(ttl));
        expected.insert(key, step, now + ttl);
      } else if (action < 97) {
        tested.erase(key);
        expected.erase(key);
      } else if (action < 99) {
        const std::size_t changed = random.below(20);
        tested.set_limits({changed, seconds(30)});
        expected.shrink(changed);
      } else {
        tested.clear();
        expected.clear();
      }
      const auto counted = tested.counters();
      ASSERT_EQ(counted.size, expected.size()) << "step " << step;
      ASSERT_EQ(counted.hits, expected.hits);
      ASSERT_EQ(counted.misses, expected.misses);
      ASSERT_EQ(counted.evictions, expected.evictions);
    }
  }
}

TEST(bounded_cache, never_holds_more_than_its_limit_however_it_is_cut) {
  for (const std::size_t max_size : {0UL, 1UL, 63UL, 64UL, 127UL, 1000UL, 5000UL}) {
    cache tested({max_size, seconds(10)});
    for (int i = 0; i < 20'000; ++i) {
      tested.insert("key " + std::to_string(i), value(i), {});
      if (i % 1000 == 0) {
        ASSERT_LE(tested.counters().size, max_size);
      }
    }
    const auto counted = tested.counters();
    EXPECT_EQ(counted.size, max_size);
    EXPECT_EQ(counted.max_size, max_size);
    EXPECT_EQ(counted.evictions, 20'000 - max_size);
  }
}

TEST(bounded_cache, an_entry_dies_at_the_end_of_its_time_and_counts_as_missed) {
  cache tested({10, seconds(5)});
  const time_point start{};
  tested.insert("a", value(1), start);
  EXPECT_NE(tested.find("a", start + std::chrono::milliseconds(4999)), nullptr);
  EXPECT_TRUE(tested.contains("a", start + seconds(4)));
  EXPECT_FALSE(tested.contains("a", start + seconds(5)));
  EXPECT_EQ(tested.find("a", start + seconds(5)), nullptr);
  const auto counted = tested.counters();
  EXPECT_EQ(counted.size, 0U);
  EXPECT_EQ(counted.expirations, 1U);
  EXPECT_EQ(counted.misses, 1U);
  EXPECT_EQ(counted.hit_rate(), .5);
}

TEST(bounded_cache, a_ttl_of_zero_keeps_nothing_and_removes_what_was_there) {
  cache tested({10, seconds(5)});
  tested.insert("a", value(1), {});
  tested.insert("a", value(2), {}, seconds(0));
  EXPECT_EQ(tested.find("a", {}), nullptr);
}

TEST(bounded_cache, clear_keeps_the_counters) {
  cache tested({10, seconds(5)});
  tested.insert("a", value(1), {});
  EXPECT_EQ(*tested.find("a", {}), 1);
  EXPECT_EQ(tested.clear(), 1U);
  EXPECT_EQ(tested.find("a", {}), nullptr);
  EXPECT_EQ(tested.counters().hits, 1U);
  EXPECT_EQ(tested.counters().misses, 1U);
  EXPECT_EQ(tested.counters().evictions, 0U);
}

TEST(bounded_cache, switched_off_it_finds_keeps_and_counts_nothing) {
  cache tested({10, seconds(5)});
  tested.insert("a", value(1), {});
  tested.enable(false);
  EXPECT_EQ(tested.find("a", {}), nullptr);
  tested.insert("b", value(2), {});
  EXPECT_EQ(tested.counters().misses, 0U);
  tested.enable(true);
  EXPECT_NE(tested.find("a", {}), nullptr);
  EXPECT_EQ(tested.find("b", {}), nullptr);
}

TEST(bounded_cache, what_was_handed_out_outlives_the_entry) {
  cache tested({1, seconds(5)});
  tested.insert("a", value(7), {});
  const auto held = tested.find("a", {});
  tested.insert("b", value(8), {});
  EXPECT_EQ(*held, 7);
}

TEST(bounded_cache, gives_each_of_many_threads_the_value_of_its_key) {
  cache tested({500, seconds(60)});
  constexpr int threads = 4, steps = 20'000;
  std::atomic<int> wrong{0};
  std::atomic<std::uint64_t> asked{0};
  std::vector<std::thread> crew;
  for (int each = 0; each < threads; ++each) {
    crew.emplace_back([&, each] {
      random_source random(static_cast<std::uint64_t>(each));
      for (int step = 0; step < steps; ++step) {
        const int number = static_cast<int>(random.below(2000));
        const auto key = std::to_string(number);
        ++asked;
        const auto found = tested.find(key, {});
        if (!found) tested.insert(key, value(number), {});
        if (found && *found != number) ++wrong;
        if (step % 5000 == 0) tested.set_limits({300 + random.below(1000), seconds(60)});
        if (step % 7000 == 0) tested.clear();
      }
    });
  }
  for (auto& each : crew) each.join();
  EXPECT_EQ(wrong, 0);
  const auto counted = tested.counters();
  EXPECT_EQ(counted.hits + counted.misses, asked);
  EXPECT_LE(counted.size, counted.max_size);
}

}  // namespace
}  // namespace freshet
