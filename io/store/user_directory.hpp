// What:    user ids and their numbers, on disk, with the recently used ones in memory.
// Why:     users are too many to hold; an id is found under the salted hash of it, so that no key holds an id.
// Removal: a place in the middle of a chain of equal hashes is left without an id, so that the chain does not break.
// Limits:  the memory holds two generations of `remembered_max` ids; the older is dropped when the newer is full.
// Threads: reading from any thread; `reserve` and `put` belong to the one writer.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "core/base/strong_id.hpp"
#include "io/store/database.hpp"
#include "io/store/name_hash.hpp"

namespace freshet {

class user_directory {
 public:
  struct options {
    std::uint64_t salt{};
    /// Bits of the hash in use; tests take a few, so that hashes collide.
    std::uint64_t hash_mask = ~0ull;
    std::size_t remembered_max = 100'000;
  };
  user_directory(database& db, const options& settings) : db_(&db), options_(settings) {}

  /// Where an id lies, or where it can be put.
  struct place {
    std::optional<user_index> number;
    std::uint64_t hash{};
  };

  result<std::optional<user_index>> find(std::string_view id) const;
  /// As far as memory alone can tell.
  bool is_surely_unknown(std::string_view id) const;
  result<std::string> id(user_index user) const;
  /// Aligned with `ids`, which are distinct; a pin must be held. Cost: one sorted MultiGet for those not in memory.
  result<std::vector<place>> find_all(std::span<const std::string_view> ids) const;

  /// Writes a new id at its place, or behind it when a new id of the same batch, in `taken`, lies there.
  status put(write_batch& batch, std::string_view id, user_index number, std::uint64_t hash,
             absl::flat_hash_set<std::uint64_t>& taken) const;
  void remember(std::string_view id, user_index number) const;

  /// The user whose id has this hash, unmasked.
  struct located_user {
    user_index number{};
    std::string id;
    /// The hash that it lies at.
    std::uint64_t lies_at{};
  };
  result<std::optional<located_user>> find_hash(std::uint64_t hash) const;
  std::uint64_t full_hash_of(std::string_view id) const { return hash64(id, options_.salt); }
  /// Puts the removal of everything that tells the id into the batch.
  status remove(write_batch& batch, const located_user& user) const;
  /// After the removal was written.
  void forget(std::string_view id) const;
  /// The files may say something else than before.
  void forget_all() const;

 private:
  using generation = name_map<std::string, user_index>;
  std::optional<user_index> recall(std::string_view id) const;
  /// What was read from the files before somebody was forgotten may be of that user, and is not remembered.
  std::uint64_t removals() const;
  void remember_unless_removed(std::string_view id, user_index number, std::uint64_t removals) const;
  void add_to_young(std::string_view id, user_index number) const;
  std::uint64_t hash_of(std::string_view id) const;
  /// Follows the ids with this hash from `hash` on.
  result<place> probe(std::string_view id, std::uint64_t hash) const;

  database* db_;
  options options_;
  mutable std::mutex mutex_;
  mutable generation young_;
  mutable generation old_;
  mutable std::uint64_t removals_ = 0;
};

}  // namespace freshet
