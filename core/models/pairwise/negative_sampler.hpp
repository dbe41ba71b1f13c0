// What:   draws numbers in proportion to given weights, in constant time.
// Why:    training that contrasts what was seen with what was not draws a few items for every pair.
// Limits: fewer than 2^32 weights, each >= 0 and finite, at least one > 0.
// Cost:   building O(n); a draw is one random number and one table row.
// Source: Walker 1977, Vose 1991 (alias method).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.hpp"

namespace freshet {

class negative_sampler {
 public:
  explicit negative_sampler(std::span<const double> weights);

  /// A number below the count of weights.
  std::uint32_t draw(random_source& random) const {
    const std::uint64_t bits = random.next();
    // The high half picks the row, the low half decides between the row and its alias.
    const auto row = static_cast<std::uint32_t>(((bits >> 32) * rows_.size()) >> 32);
    return static_cast<std::uint32_t>(bits) < rows_[row].keep ? row : rows_[row].alias;
  }

 private:
  struct table_row {
    /// Probability of the row itself, in 2^-32.
    std::uint32_t keep{};
    std::uint32_t alias{};
  };
  std::vector<table_row> rows_;
};

}  // namespace freshet
