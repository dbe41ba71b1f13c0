// What:    which rows of an embedding a minibatch touches, each once, and the gradient of those rows alone.
// Why:     a dense gradient of the catalogue costs more than the step itself.
// Shapes:  slots 0 .. size() - 1; gradient [size() x width].
// Source:  Walker 1977, Vose 1991 (drawing by alias); Jean et al. 2015 (shared samples and their correction).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.hpp"
#include "core/models/als/least_squares.hpp"
#include "core/models/gru4rec/gru4rec.hpp"

namespace freshet {

class touched_rows {
 public:
  touched_rows(std::size_t items, std::size_t width, std::size_t slots_max);

  void clear();
  /// The row's slot; a new one's gradient is not set.
  std::size_t add(std::uint32_t item);
  /// The row's slot; a new one's gradient is 0.
  std::size_t add_zeroed(std::uint32_t item);

  std::size_t size() const { return items_.size(); }
  std::span<const std::uint32_t> items() const { return items_; }
  float* gradient(std::size_t slot) { return gradients_.data() + slot * width_; }
  const float* gradient(std::size_t slot) const { return gradients_.data() + slot * width_; }

 private:
  static constexpr std::uint32_t none = UINT32_MAX;

  std::size_t width_;
  std::vector<std::uint32_t> items_;
  std::vector<std::uint32_t> slot_of_;
  aligned_floats gradients_;
};

class candidate_sampler {
 public:
  /// `counts`: how often each item is a target. `targets`: of a minibatch.
  candidate_sampler(std::span<const std::uint64_t> counts, std::size_t targets, const gru4rec_options& options);

  /// The candidates of a minibatch: all items in order, or the targets and a sample.
  void draw(std::span<const std::uint32_t> targets, random_source& random, touched_rows& into) const;

  /// By item: what a score is trained less.
  std::span<const float> corrections() const { return corrections_; }

  /// The most that draw gives.
  std::size_t candidates_max() const;

 private:
  std::size_t items_;
  std::size_t targets_;
  std::size_t n_sample_;
  std::vector<float> corrections_;
  std::vector<double> keeps_;
  std::vector<std::uint32_t> aliases_;
};

}  // namespace freshet
