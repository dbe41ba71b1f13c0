// What:  which rows of a slice a request may return, as words of 64 bits: allowed, not excluded, within the slice.
// Why:   a scan that asks per word skips what is filtered away instead of scoring it.
// Limits: `excluded` ascending, possibly with rows outside the slice; words are asked in ascending order.
// Cost:  O(1) a word plus O(1) an excluded row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/strong_id.hpp"

namespace freshet {

inline constexpr std::size_t rows_per_word = 64;

/// Rows first..last - 1 of a catalogue.
struct row_range {
  item_row first{};
  item_row last{};

  std::size_t begin() const { return to_integer(first); }
  std::size_t end() const { return to_integer(last); }
  std::size_t size() const { return end() - begin(); }
  /// Words of a bitmap over the whole catalogue that the range touches: first_word..last_word - 1.
  std::size_t first_word() const { return begin() / rows_per_word; }
  std::size_t last_word() const { return size() == 0 ? first_word() : (end() + rows_per_word - 1) / rows_per_word; }
  /// The bits of `word` that lie in the range.
  std::uint64_t bits(std::size_t word) const;

  friend bool operator==(const row_range&, const row_range&) = default;
};

class row_filter {
 public:
  /// Of an empty slice.
  row_filter() = default;

  /// `allowed` as in scan_request: empty, or at least as long as the slice needs.
  row_filter(row_range slice, std::span<const item_row> excluded, std::span<const std::uint64_t> allowed);

  /// The rows of `word` that may be returned; `word` not below the one asked before.
  std::uint64_t eligible(std::size_t word) {
    std::uint64_t bits = slice_.bits(word);
    if (!allowed_.empty()) bits &= allowed_[word];
    const std::size_t word_end = (word + 1) * rows_per_word;
    for (; next_ < excluded_.size() && to_integer(excluded_[next_]) < word_end; ++next_) {
      const std::size_t row = to_integer(excluded_[next_]);
      if (row >= word * rows_per_word) bits &= ~(std::uint64_t{1} << row % rows_per_word);
    }
    return bits;
  }

  /// Whether every row of these words may be returned; asked before `eligible` is for any of them. May say no too
  /// often.
  bool all_eligible(std::size_t first_word, std::size_t last_word) const {
    return allowed_.empty() && first_word * rows_per_word >= slice_.begin() &&
           last_word * rows_per_word <= slice_.end() &&
           (next_ == excluded_.size() || to_integer(excluded_[next_]) >= last_word * rows_per_word);
  }

  /// Whether one row of the slice may be returned, in any order. Cost: O(log excluded).
  bool is_eligible(item_row row) const;
  /// The same without regard to the excluded rows. Cost: O(1).
  bool is_allowed(item_row row) const {
    return allowed_.empty() || (allowed_[to_integer(row) / rows_per_word] >> to_integer(row) % rows_per_word & 1) != 0;
  }

 private:
  row_range slice_;
  std::span<const item_row> excluded_;
  std::span<const std::uint64_t> allowed_;
  std::size_t next_ = 0;
};

inline std::uint64_t row_range::bits(std::size_t word) const {
  std::uint64_t bits = ~std::uint64_t{0};
  const std::size_t word_begin = word * rows_per_word;
  if (word_begin < begin()) bits &= ~std::uint64_t{0} << (begin() - word_begin);
  if (word_begin + rows_per_word > end()) bits &= ~std::uint64_t{0} >> (word_begin + rows_per_word - end());
  return bits;
}

}  // namespace freshet
