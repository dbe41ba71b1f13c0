#include "core/models/gru4rec/gru4rec_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace freshet {

touched_rows::touched_rows(std::size_t items, std::size_t width, std::size_t slots_max)
    : width_(width), slot_of_(items, none), gradients_(slots_max * width) {
  items_.reserve(slots_max);
}

void touched_rows::clear() {
  for (const auto item : items_) slot_of_[item] = none;
  items_.clear();
}

std::size_t touched_rows::add(std::uint32_t item) {
  auto& slot = slot_of_[item];
  if (slot == none) {
    slot = static_cast<std::uint32_t>(items_.size());
    items_.push_back(item);
  }
  return slot;
}

std::size_t touched_rows::add_zeroed(std::uint32_t item) {
  const std::size_t before = size();
  const std::size_t slot = add(item);
  if (slot == before) std::fill_n(gradient(slot), width_, 0.0F);
  return slot;
}

candidate_sampler::candidate_sampler(std::span<const std::uint64_t> counts, std::size_t targets,
                                     const gru4rec_options& options)
    : items_(counts.size()),
      targets_(targets),
      n_sample_(options.n_sample),
      corrections_(items_),
      keeps_(items_, 1.0),
      aliases_(items_) {
  if (n_sample_ == 0) return;
  std::vector<double> shares(items_);
  std::transform(counts.begin(), counts.end(), shares.begin(), [&](std::uint64_t count) {
    return std::pow(std::max(static_cast<double>(count), 1.0), options.sample_alpha);
  });
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  const double total =
      static_cast<double>(std::max<std::uint64_t>(1, std::accumulate(counts.begin(), counts.end(), std::uint64_t{0})));
  for (std::size_t i = 0; i < items_; ++i) {
    // Of not being among the sample, and not among the other sessions' targets.
    const double absent =
        static_cast<double>(n_sample_) * std::log1p(-std::min(shares[i] / sum, 1 - 1e-9)) +
        static_cast<double>(targets_) * std::log1p(-std::min(static_cast<double>(counts[i]) / total, 1 - 1e-9));
    corrections_[i] = static_cast<float>(options.logq * std::log(std::max(-std::expm1(absent), 1e-12)));
    shares[i] *= static_cast<double>(items_) / sum;
  }
  std::vector<std::uint32_t> small, large;
  for (std::uint32_t i = 0; i < items_; ++i) (shares[i] < 1 ? small : large).push_back(i);
  while (!small.empty() && !large.empty()) {
    const auto poor = small.back();
    const auto rich = large.back();
    small.pop_back();
    keeps_[poor] = shares[poor];
    aliases_[poor] = rich;
    shares[rich] -= 1 - shares[poor];
    if (shares[rich] >= 1) continue;
    large.pop_back();
    small.push_back(rich);
  }
}

std::size_t candidate_sampler::candidates_max() const {
  return n_sample_ == 0 ? items_ : std::min(items_, targets_ + n_sample_);
}

void candidate_sampler::draw(std::span<const std::uint32_t> targets, random_source& random, touched_rows& into) const {
  if (n_sample_ == 0) {
    for (std::uint32_t item = 0; item < items_; ++item) into.add(item);
    return;
  }
  for (const auto item : targets) into.add(item);
  for (std::size_t i = 0; i < n_sample_; ++i) {
    const auto item = static_cast<std::uint32_t>(random.below(items_));
    into.add(random.uniform() < keeps_[item] ? item : aliases_[item]);
  }
}

}  // namespace freshet
