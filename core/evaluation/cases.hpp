// What:    what an evaluation asks of a model, case by case: what is told of a user, what is relevant then, and which
//          items are ranked. Every protocol is a producer of such cases; evaluate.hpp asks them of a model.
// Shapes:  `relevant` holds a list for each case, `candidates` one for each case or none at all. Rows are the model's;
//          items that it does not know have rows behind its own.
// Memory:  a case is a few numbers. Histories are shared: many cases may tell a part of the same one.
// Threads: `told` is called from several threads at once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/data/training_data.hpp"

namespace freshet {

/// Lists of rows, one behind the other.
struct item_lists {
  std::vector<std::uint64_t> offsets{0};
  std::vector<item_row> rows;

  std::size_t size() const { return offsets.size() - 1; }
  std::span<const item_row> of(std::size_t list) const {
    return {rows.data() + offsets[list], offsets[list + 1] - offsets[list]};
  }
  /// Sorted, repetitions collapsed.
  void add(std::vector<item_row> list);
  std::uint64_t hash() const;
};

inline constexpr std::uint32_t whole_history = 0xffffffff;
inline constexpr std::uint32_t as_told = 0xfffffffe;

struct evaluation_case {
  /// Whose history is told; what is resampled together. Rows are the protocol's.
  user_row user{};
  /// So many of the first events are told.
  std::uint32_t events = whole_history;
  /// Items of so many of the first events are not ranked, if told ones are not.
  std::uint32_t seen = as_told;
  /// When the first relevant event happened; 0 where that is not known.
  unix_seconds ts{};
};

using told_function = std::function<user_interactions(user_row user, std::uint32_t events)>;

struct evaluation_cases {
  told_function told;
  std::vector<evaluation_case> cases;
  /// By case, ascending.
  item_lists relevant;
  /// By case, ascending: only these are ranked, whatever was told. Empty = the whole catalogue.
  item_lists candidates;
  /// Whether items that were told stay in the ranking; of no meaning where there are candidates.
  bool ranks_told = false;

  std::size_t size() const { return cases.size(); }
  void add(const evaluation_case& each, std::vector<item_row> relevant_rows);
  /// Identity of what is asked.
  std::uint64_t hash() const;
  /// Keeps the cases for which `wanted` holds.
  void keep_if(const std::function<bool(const evaluation_case&)>& wanted);
};

/// Strengths and events of a row as they stand; only whole histories.
[[nodiscard]] told_function told_by(std::shared_ptr<const training_data> data);
/// The first events of a sequence; an item's strength is how often it is among them.
[[nodiscard]] told_function told_by(std::shared_ptr<const event_sequences> sequences);

/// Strength 1 for each occurrence, ascending by row.
[[nodiscard]] taste counted(std::span<const dated_item> events);

}  // namespace freshet
