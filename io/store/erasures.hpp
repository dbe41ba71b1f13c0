// What:    whose data was erased, when, and how far the logs reached then: what decides whether an event of theirs is
//          from before.
// Why:     a log holds events for longer than the store: whoever is forgotten must stay forgotten when it is read
//          again.
// Holds:   of an id its salted hash alone, 16 bytes in memory for each.
// Threads: reading from any thread; `put` and `written` belong to the one writer.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string_view>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "io/store/database.hpp"
#include "io/store/schema.hpp"

namespace freshet {

class erasures {
 public:
  /// `salt` is that of the user directory.
  erasures(database& db, std::uint64_t salt) : db_(&db), salt_(salt) {}

  status load();

  bool empty() const;
  std::uint64_t hash_of(std::string_view user_id) const { return hash64(user_id, salt_); }
  using erasure_ptr = std::shared_ptr<const schema::erasure>;
  /// The latest erasure of this user, or null.
  erasure_ptr find(std::uint64_t hash) const;
  erasure_ptr find(std::string_view user_id) const { return find(hash_of(user_id)); }

  /// Puts an erasure into the batch.
  void put(write_batch& batch, const schema::erasure& what, std::span<const std::uint64_t> hashes) const;
  /// The batch has been written.
  void written(schema::erasure what, std::span<const std::uint64_t> hashes);

 private:
  database* db_;
  std::uint64_t salt_;
  mutable std::shared_mutex mutex_;
  std::uint64_t next_sequence_ = 1;
  absl::flat_hash_map<std::uint64_t, erasure_ptr> by_user_;
};

/// Whether what lies there in a log lay there when the erasure was made.
[[nodiscard]] bool lies_before(const schema::erasure& erased, std::string_view source, partition_id partition,
                               log_offset offset);

/// Calls `visit` with every text in a dead letter that may be the id of its user: its key, the values of its headers,
/// and of its bytes, which nobody could read as an event, what stands in quotes, and words; a number where the name of
/// a member says that it is a user.
void for_each_possible_user(const dead_letter& letter, const std::function<void(std::string_view)>& visit);

}  // namespace freshet
