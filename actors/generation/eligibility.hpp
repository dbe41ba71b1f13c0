// What:    which rows of a generation a request may return, as bitmaps for the scans: what may be shown at all, and
//          what a condition is true of.
// Why:     conditions are over items, scans over rows. Mapping one to the other costs more than a scan, so it is kept
//          for each condition until the catalogue, the generation or (where the condition looks at ages) the second
//          changes: a condition that is asked again costs a look-up.
// Shapes:  bit r % 64 of word r / 64 belongs to row r; as long as the generation has rows.
// Threads: one caller at a time; bitmaps once handed out never change.
// Cost:    a look-up; else evaluating (item_catalogue.hpp) and about 1 ns a row.
// Limits:  the last conditions_max conditions of a catalogue version.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "actors/generation/generation.hpp"
#include "actors/generation/item_catalogue.hpp"

namespace freshet {

struct eligible_rows {
  /// Null = every row.
  std::shared_ptr<const filters::bitmap> bits;
  std::size_t count = 0;

  std::span<const std::uint64_t> words() const {
    return bits ? std::span<const std::uint64_t>(*bits) : std::span<const std::uint64_t>();
  }
  bool contains(item_row row) const {
    return !bits || ((*bits)[to_integer(row) / rows_per_word] >> to_integer(row) % rows_per_word & 1) != 0;
  }
};

/// Rows of both.
[[nodiscard]] eligible_rows intersect(const eligible_rows& one, const eligible_rows& other);
/// Rows of `one` that are not in `other`; `rows` = how many there are in all.
[[nodiscard]] eligible_rows subtract(const eligible_rows& one, const eligible_rows& other, std::size_t rows);
/// Exactly these rows of a generation with `rows`.
[[nodiscard]] eligible_rows exactly(std::span<const item_row> listed, std::size_t rows);

class eligibility {
 public:
  static constexpr std::size_t conditions_max = 256;

  explicit eligibility(const item_catalogue& catalogue) : catalogue_(&catalogue) {}

  /// What may be shown at all.
  eligible_rows shown(const generation& model, unix_seconds now);
  /// What may be shown and satisfies a condition in the filter grammar. Errors: as item_catalogue::evaluate.
  result<eligible_rows> matching(const generation& model, const std::string& condition, unix_seconds now);

 private:
  struct remembered {
    eligible_rows rows;
    /// Holds in this second only; 0 = as long as the catalogue stays as it is.
    unix_seconds only_at = 0;
  };

  /// Forgets everything when the catalogue or the generation is another one.
  void keep_up(const generation& model, unix_seconds now);

  const item_catalogue* catalogue_;
  std::uint64_t version_ = 0;
  std::uint64_t generation_ = 0;
  std::size_t rows_ = 0;
  eligible_rows shown_;
  std::map<std::string, remembered, std::less<>> kept_;
};

}  // namespace freshet
