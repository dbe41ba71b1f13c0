// What:    a cache from strings to immutable values with a limit on its entries and on their age, and counters.
// Why:     one cache for all that is worth keeping; what it holds is found by a key that names everything the value
//          depends on (versions included), so nothing in it is ever wrong, only no longer asked for.
// How:     exact LRU in each of several shards, a shard by hash of the key. An entry that is found too old is dropped
//          and counts as missed. `clear` keeps the counters.
// Errors:  none; a cache that is switched off, or whose limit is 0, keeps and finds nothing.
// Threads: every member from any thread; values die outside the locks.
// Limits:  never more than max_size entries; each shard has an equal share of them.
// Cost:    find and insert: one hash, one short lock of a shard; memory about 150 bytes an entry, key and value
// besides.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/cache_limits.hpp"
#include "core/base/hash.hpp"

namespace freshet {

struct cache_counters {
  std::size_t size{};
  std::size_t max_size{};
  std::uint64_t hits{};
  /// Not there, or too old.
  std::uint64_t misses{};
  /// Dropped to make room.
  std::uint64_t evictions{};
  /// Dropped because they were too old.
  std::uint64_t expirations{};

  /// 0 before the first look-up.
  double hit_rate() const {
    const auto asked = hits + misses;
    return asked == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(asked);
  }
};

template <class Value>
class bounded_cache {
 public:
  using pointer = std::shared_ptr<const Value>;
  using time_point = std::chrono::steady_clock::time_point;

  explicit bounded_cache(cache_limits limits) { set_limits(limits); }

  /// Null when it is not there or too old.
  pointer find(std::string_view key, time_point now) {
    if (!enabled()) return nullptr;
    const auto hash = hash64(key);
    auto& home = shard_of(hash);
    entry_list dead;
    const std::lock_guard lock(home.mutex);
    const auto found = home.places.find({key, hash});
    if (found == home.places.end()) {
      ++home.counted.misses;
      return nullptr;
    }
    if (found->second->expires <= now) {
      ++home.counted.expirations;
      ++home.counted.misses;
      home.drop(found->second, dead);
      return nullptr;
    }
    ++home.counted.hits;
    home.entries.splice(home.entries.begin(), home.entries, found->second);
    return found->second->value;
  }

  /// Whether a find would succeed; counts nothing and changes no order.
  bool contains(std::string_view key, time_point now) const {
    if (!enabled()) return false;
    const auto hash = hash64(key);
    const auto& home = shard_of(hash);
    const std::lock_guard lock(home.mutex);
    const auto found = home.places.find({key, hash});
    return found != home.places.end() && found->second->expires > now;
  }

  /// Replaces what the key had. Without `ttl`, as the limits say; a ttl of 0 keeps nothing.
  void insert(std::string_view key, pointer value, time_point now, std::optional<std::chrono::seconds> ttl = {}) {
    if (!enabled()) return;
    const auto lives = ttl.value_or(std::chrono::seconds(ttl_seconds_.load(std::memory_order_relaxed)));
    if (lives <= std::chrono::seconds::zero()) return erase(key);
    entry_list fresh;
    fresh.push_back({std::string(key), hash64(key), std::move(value), now + lives});
    auto& home = shard_of(fresh.front().hash);
    entry_list dead;
    const std::lock_guard lock(home.mutex);
    const auto found = home.places.find({key, fresh.front().hash});
    if (found != home.places.end()) home.drop(found->second, dead);
    home.entries.splice(home.entries.begin(), fresh);
    home.places.emplace(home.entries.front().name(), home.entries.begin());
    home.shrink(dead);
  }

  void erase(std::string_view key) {
    const auto hash = hash64(key);
    auto& home = shard_of(hash);
    entry_list dead;
    const std::lock_guard lock(home.mutex);
    const auto found = home.places.find({key, hash});
    if (found != home.places.end()) home.drop(found->second, dead);
  }

  /// Drops all entries, which are no evictions; returns how many there were.
  std::size_t clear() {
    std::size_t dropped = 0;
    for (auto& each : shards_) {
      entry_list dead;
      const std::lock_guard lock(each.mutex);
      dropped += each.entries.size();
      each.places.clear();
      dead.swap(each.entries);
    }
    return dropped;
  }

  /// What is there stays, as far as it fits; the new ttl holds for what is inserted from now on.
  void set_limits(cache_limits limits) {
    ttl_seconds_.store(limits.ttl.count(), std::memory_order_relaxed);
    max_size_.store(limits.max_size, std::memory_order_relaxed);
    // A small cache is one shard, so that its least recently used entry is exactly that.
    const auto active = std::clamp<std::size_t>(limits.max_size / shard_size_min, 1, shards_max);
    if (active_.exchange(active, std::memory_order_relaxed) != active) clear();
    for (std::size_t i = 0; i < shards_max; ++i) {
      entry_list dead;
      const std::lock_guard lock(shards_[i].mutex);
      shards_[i].capacity = i < active ? limits.max_size / active + (i < limits.max_size % active ? 1 : 0) : 0;
      shards_[i].shrink(dead);
    }
  }
  cache_limits limits() const {
    return {max_size_.load(std::memory_order_relaxed),
            std::chrono::seconds(ttl_seconds_.load(std::memory_order_relaxed))};
  }

  /// Off: finds nothing, keeps nothing more and counts nothing.
  void enable(bool on) { enabled_.store(on, std::memory_order_relaxed); }
  bool enabled() const { return enabled_.load(std::memory_order_relaxed); }

  cache_counters counters() const {
    cache_counters sum;
    for (const auto& each : shards_) {
      const std::lock_guard lock(each.mutex);
      sum.size += each.entries.size();
      sum.hits += each.counted.hits;
      sum.misses += each.counted.misses;
      sum.evictions += each.counted.evictions;
      sum.expirations += each.counted.expirations;
    }
    sum.max_size = max_size_.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  static constexpr std::size_t shards_max = 16;
  static constexpr std::size_t shard_size_min = 64;

  /// A key with its hash, which is computed once; the text lives in the entry.
  struct hashed_name {
    std::string_view text;
    std::uint64_t hash;

    friend bool operator==(const hashed_name& left, const hashed_name& right) {
      return left.hash == right.hash && left.text == right.text;
    }
  };
  struct take_hash {
    std::size_t operator()(const hashed_name& name) const { return name.hash; }
  };
  struct entry {
    std::string key;
    std::uint64_t hash;
    pointer value;
    time_point expires;

    hashed_name name() const { return {key, hash}; }
  };
  using entry_list = std::list<entry>;

  struct shard {
    mutable std::mutex mutex;
    /// The most recently used in front.
    entry_list entries;
    std::unordered_map<hashed_name, typename entry_list::iterator, take_hash> places;
    std::size_t capacity = 0;
    cache_counters counted;

    void drop(typename entry_list::iterator place, entry_list& dead) {
      places.erase(place->name());
      dead.splice(dead.begin(), entries, place);
    }
    void shrink(entry_list& dead) {
      while (entries.size() > capacity) {
        ++counted.evictions;
        drop(std::prev(entries.end()), dead);
      }
    }
  };

  /// Other bits than the map of the shard takes first.
  std::size_t place_of(std::uint64_t hash) const { return (hash >> 32) % active_.load(std::memory_order_relaxed); }
  shard& shard_of(std::uint64_t hash) { return shards_[place_of(hash)]; }
  const shard& shard_of(std::uint64_t hash) const { return shards_[place_of(hash)]; }

  std::array<shard, shards_max> shards_;
  std::atomic<std::size_t> active_{1};
  std::atomic<std::size_t> max_size_{0};
  std::atomic<std::chrono::seconds::rep> ttl_seconds_{0};
  std::atomic<bool> enabled_{true};
};

}  // namespace freshet
