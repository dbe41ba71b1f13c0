// What:    what the recommender needs to know of a user: the query that the user's history makes of the model, and
//          the rows not to recommend again. And the table of those of recent users.
// Why:     updaters publish immutable snapshots, recommenders read them without asking; a warm user costs one look-up.
// Threads: the table may be used from any thread. Each user has one updater, the only one that publishes for it.
// Limits:  at most `capacity` users; beyond, those not asked for lately make room (second chance). A snapshot older
//          than the ttl is not found, so that the user's updater computes it anew: what an event changes is published
//          at once, the ttl bounds for how long anything else could go unnoticed.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bounded_cache.hpp"
#include "core/data/string_map.hpp"
#include "core/models/model.hpp"

namespace freshet {

struct user_query {
  std::string user_id;
  /// Has a retained event or a row in the model.
  bool known = false;
  /// Grows with every snapshot of any user that is published; 0 = it was not.
  std::uint64_t version{};
  /// Number of the generation that `asked` is meant for.
  std::uint64_t generation{};
  /// The model can say nothing of this user.
  bool cold = false;
  /// Has two interactions, one of them positive, or a row in the model: the guide's surface asks for that much.
  bool trainable = false;
  query asked;
  /// Rows of items the user has interacted with, ascending.
  std::vector<item_row> seen;
  /// Items the user has interacted with that had no row then; they may get one behind the model's.
  std::vector<item_index> seen_without_row;
};
using user_query_ptr = std::shared_ptr<const user_query>;

/// Of somebody without an event or a row in the model.
[[nodiscard]] user_query_ptr unknown_user(std::string_view user_id, std::uint64_t generation);

class user_query_table {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit user_query_table(std::size_t capacity, std::chrono::seconds ttl = std::chrono::hours(24));

  /// The snapshot of a user, or null. Counts as a hit or a miss.
  user_query_ptr find(std::string_view user_id, time_point now = std::chrono::steady_clock::now()) const;
  /// As find, but without counting as a use: for the updater that asks whether to refresh.
  bool contains(std::string_view user_id) const;
  /// Ids of the users for whose snapshot this holds.
  std::vector<std::string> users_if(const std::function<bool(const user_query&)>& wanted) const;
  void publish(user_query_ptr snapshot, time_point now = std::chrono::steady_clock::now());
  /// For the next snapshot to be published; never the same twice.
  std::uint64_t next_version() { return ++versions_; }
  void erase(std::string_view user_id);
  /// Everything; the next requests compute anew.
  void clear();
  std::size_t size() const;

  /// From now on. Shards that hold more than their new share are emptied.
  void set_limits(std::size_t capacity, std::chrono::seconds ttl);
  std::chrono::seconds ttl() const { return std::chrono::seconds(ttl_seconds_.load(std::memory_order_relaxed)); }
  cache_counters counters() const;

 private:
  struct slot {
    user_query_ptr snapshot;
    time_point published;
    mutable std::atomic<bool> used{false};
  };
  struct shard {
    mutable std::shared_mutex mutex;
    string_map<std::unique_ptr<slot>> users;
    /// Ids in the order in which the clock hand passes them.
    std::vector<std::string> ring;
    std::size_t hand = 0;
    std::size_t capacity = 1;
    /// Of those that write under the lock.
    std::uint64_t evictions = 0;
    mutable std::atomic<std::uint64_t> hits{0};
    mutable std::atomic<std::uint64_t> misses{0};
    mutable std::atomic<std::uint64_t> expirations{0};
  };
  static constexpr std::size_t shards = 16;

  shard& shard_of(std::string_view user_id);
  const shard& shard_of(std::string_view user_id) const;
  static void make_room(shard& full);

  std::atomic<std::uint64_t> versions_{0};
  std::atomic<std::size_t> capacity_{0};
  std::atomic<std::chrono::seconds::rep> ttl_seconds_{0};
  std::array<shard, shards> shards_;
};

}  // namespace freshet
