// What:    who is compared with what in an epoch of pairwise learning: every entry of the data once, each with items
//          the user has not touched, cut into blocks that threads can take without meeting.
// Why:     stochastic gradient steps on shared factors either race or wait. Here users and items are cut into as many
//          blocks each; in a round every block of users meets another block of items, so no two tasks of a round share
//          a factor, and the rows of a task fit the core's own cache.
// Fair:    items are dealt to the blocks anew every epoch, at random, so a negative drawn from the block of its
//          positive is, over the epochs, any item at all.
// Same:    a task's samples follow from (data, options, epoch, task) alone: the number of threads changes no byte.
// Verified: a negative is never an item of the user. Entries of a user who touched the whole block have none there and
//          are left out of that epoch.
// Threads: `draw` is const and may run on any thread; `deal` is not.
// Cost:    deal O(entries + items); draw O(samples x candidates) expected; memory 8 bytes an entry.
// Source:  Gemulla, Nijkamp, Haas, Sismanis 2011 (stratified SGD); Rendle et al. 2009, section 4.2 (verified
//          negatives).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/data/interaction_matrix.hpp"

namespace freshet {

struct pairwise_sampling {
  /// Floats of a row of factors: with it, how many blocks keep a task in the cache.
  std::size_t width{};
  /// Negatives drawn for each positive.
  std::uint32_t candidates = 1;
  std::uint64_t seed{};
};

/// Samples of one task in random order, and the scratch memory to make them.
struct pairwise_samples {
  std::size_t count = 0;
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> positives;
  /// [count x candidates]
  std::vector<std::uint32_t> negatives;

  std::vector<std::uint32_t> order;
  std::vector<std::uint64_t> touched;
};

class pairwise_blocks {
 public:
  /// `entries` must outlive it.
  pairwise_blocks(const interaction_matrix& entries, const pairwise_sampling& options, std::size_t threads);

  /// Blocks of users, and of items; a power of two.
  std::size_t blocks() const { return blocks_; }
  /// Rounds of an epoch; in each, task t < blocks() is the t-th block of users with a block of items of its own.
  std::size_t rounds() const { return blocks_; }

  /// Deals the items for an epoch; before the first `draw`.
  void deal(std::uint32_t epoch);
  void draw(std::size_t round, std::size_t task, pairwise_samples& into) const;

  [[nodiscard]] static std::uint64_t memory_bytes(std::uint64_t users, std::uint64_t items, std::uint64_t entries);

 private:
  /// An entry of the data: its user, and its item as a place in the item's block.
  struct placed_entry {
    std::uint32_t user;
    std::uint32_t place;
  };

  void deal_users();
  void place_entries(std::size_t user_block);
  std::size_t block_of(std::uint32_t item) const { return position_[item] & (blocks_ - 1); }
  std::uint32_t place_of(std::uint32_t item) const { return position_[item] >> shift_; }

  const interaction_matrix* data_;
  pairwise_sampling options_;
  std::size_t threads_;
  std::size_t blocks_ = 1;
  std::uint32_t shift_ = 0;
  std::uint32_t epoch_ = 0;
  /// Users by block, and where each block's users and entries begin.
  std::vector<std::uint32_t> users_;
  std::vector<std::size_t> first_user_;
  std::vector<std::size_t> first_entry_;
  /// Place of an item in this epoch's random order: block = low bits, place in the block = high bits.
  std::vector<std::uint32_t> position_;
  std::vector<std::uint32_t> items_;
  std::vector<std::size_t> first_item_;
  /// Entries by (block of users, block of items), those of a user together.
  std::vector<placed_entry> entries_;
  std::vector<std::size_t> offsets_;
};

}  // namespace freshet
