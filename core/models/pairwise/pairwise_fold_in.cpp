#include "core/models/pairwise/pairwise_fold_in.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/linalg/kernels.hpp"
#include "core/models/pairwise/sample_stream.hpp"

namespace freshet {
namespace {

constexpr std::size_t steps_max = 1000;
constexpr std::size_t passes_min = 4;
constexpr std::size_t passes_max = 16;
constexpr int draws_max = 16;
constexpr float warp_weight_max = 10;

std::size_t passes_for(std::size_t items) {
  return std::clamp(steps_max / items, passes_min, passes_max);
}

/// What the steps of each item of the user add to the score of one item. The vector is a sum of steps, each taken for
/// one item of the user and shrunk since by the regularization; so is its product with a target.
class attribution {
 public:
  attribution(std::size_t items, std::span<const float> target) : target_(target), now_(items), sum_(items) {}

  std::span<const float> target() const { return target_; }
  const std::vector<float>& amounts() const { return sum_; }

  void add(std::size_t h, float product) { now_[h] += product / scale_; }
  void decay(float factor) {
    scale_ *= factor;
    if (std::abs(scale_) > 1e-3F) return;
    for (float& value : now_) value *= scale_;
    scale_ = 1;
  }
  void keep() {
    for (std::size_t h = 0; h < now_.size(); ++h) sum_[h] += scale_ * now_[h];
  }
  void finish(float scale) {
    for (float& value : sum_) value *= scale;
  }

 private:
  std::span<const float> target_;
  /// Times `scale_`.
  std::vector<float> now_;
  float scale_ = 1;
  std::vector<float> sum_;
};

class solver {
 public:
  solver(const taste& user, const pairwise_fold_in& options)
      : user_(user),
        options_(options),
        kernels_(best_kernels()),
        factors_(options.items.columns()),
        x_(factors_),
        mean_(factors_),
        gradient_(factors_) {}

  std::vector<float> solve(attribution* shares) {
    const std::size_t passes = passes_for(user_.size());
    for (std::size_t pass = 0; pass < passes; ++pass) {
      for (std::size_t h = 0; h < user_.size(); ++h) step(h, pass, shares);
      if (pass < passes / 2) continue;
      kernels_.add_scaled(1, x_.data(), mean_.data(), factors_);
      if (shares != nullptr) shares->keep();
    }
    const float scale = 1 / static_cast<float>(passes - passes / 2);
    for (float& value : mean_) value *= scale;
    if (shares != nullptr) shares->finish(scale);
    return std::move(mean_);
  }

 private:
  float score(std::uint32_t item) const {
    return kernels_.dot(x_.data(), options_.items.row(item).data(), factors_) + options_.bias[item];
  }

  bool is_of_user(std::uint32_t item) const {
    const auto found = std::lower_bound(user_.begin(), user_.end(), item_row{item},
                                        [](const auto& each, item_row row) { return each.item < row; });
    return found != user_.end() && found->item == item_row{item};
  }

  /// False where luck gives none: the user may have touched everything.
  bool draw(sample_stream& random, std::uint32_t& negative) const {
    for (int draws = 0; draws < draws_max; ++draws) {
      negative = random.below(options_.items.rows());
      if (!is_of_user(negative)) return true;
    }
    return false;
  }

  void step(std::size_t h, std::size_t pass, attribution* shares) {
    const std::uint32_t positive = to_integer(user_[h].item);
    sample_stream random(hash_combine(positive, pass));
    const float wanted = score(positive);
    std::uint32_t negative = 0;
    float pull_up = 0;
    float pull_down = 0;
    if (options_.loss == pairwise_loss::warp) {
      for (std::uint32_t c = 1; c <= options_.candidates && pull_up == 0; ++c) {
        if (!draw(random, negative)) return;
        if (score(negative) > wanted - 1) pull_up = pull_down = warp_weight(c);
      }
      if (pull_up == 0) return;
    } else {
      float hardest = 0;
      for (std::uint32_t c = 0; c < options_.candidates; ++c) {
        std::uint32_t candidate = 0;
        if (!draw(random, candidate)) return;
        const float other = score(candidate);
        if (c > 0 && other <= hardest) continue;
        hardest = other;
        negative = candidate;
      }
      const bool bpr = options_.loss == pairwise_loss::bpr;
      pull_up = 1 / (1 + std::exp(bpr ? wanted - hardest : wanted + bias_));
      pull_down = bpr ? pull_up : 1 / (1 + std::exp(-hardest - bias_));
    }
    const auto towards = options_.items.row(positive);
    const auto away = options_.items.row(negative);
    const float length = move(towards, pull_up, away, pull_down);
    // The user's bias, which says nothing of the order but lets the logistic loss judge it.
    bias_ += length * (pull_up - pull_down);
    if (shares == nullptr) return;
    shares->decay(1 - length * static_cast<float>(options_.regularization));
    const float* target = shares->target().data();
    shares->add(h, length * (pull_up * kernels_.dot(towards.data(), target, factors_) -
                             pull_down * kernels_.dot(away.data(), target, factors_)));
  }

  float warp_weight(std::uint32_t draws) const {
    const std::size_t rank = (options_.items.rows() - 1) / draws;
    return std::min(warp_weight_max, std::log(static_cast<float>(std::max<std::size_t>(1, rank))));
  }

  /// Returns the length that the gradient was given.
  float move(std::span<const float> positive, float up, std::span<const float> negative, float down) {
    std::fill(gradient_.begin(), gradient_.end(), 0.0F);
    kernels_.add_scaled(up, positive.data(), gradient_.data(), factors_);
    kernels_.add_scaled(-down, negative.data(), gradient_.data(), factors_);
    kernels_.add_scaled(-static_cast<float>(options_.regularization), x_.data(), gradient_.data(), factors_);
    squares_ += kernels_.dot(gradient_.data(), gradient_.data(), factors_);
    if (!(squares_ > 0)) return 0;
    const float length = 1 / std::sqrt(squares_);
    kernels_.add_scaled(length, gradient_.data(), x_.data(), factors_);
    return length;
  }

  const taste& user_;
  const pairwise_fold_in& options_;
  const kernel_set& kernels_;
  std::size_t factors_;
  std::vector<float> x_;
  std::vector<float> mean_;
  std::vector<float> gradient_;
  float squares_ = 0;
  float bias_ = 0;
};

void check(const taste& user, const pairwise_fold_in& options) {
  FRESHET_CHECK(options.bias.size() == options.items.rows() && options.candidates > 0);
  FRESHET_CHECK(user.empty() || to_integer(user.back().item) < options.items.rows(),
                "a taste's rows are rows of the model");
}

}  // namespace

std::vector<float> fold_in(const taste& user, const pairwise_fold_in& options) {
  check(user, options);
  if (user.empty()) return std::vector<float>(options.items.columns());
  return solver(user, options).solve(nullptr);
}

std::vector<contribution> explain_fold_in(const taste& user, const pairwise_fold_in& options, item_row item) {
  check(user, options);
  if (user.empty()) return {};
  attribution shares(user.size(), options.items.row(to_integer(item)));
  solver(user, options).solve(&shares);
  std::vector<contribution> contributions;
  for (std::size_t h = 0; h < user.size(); ++h) contributions.push_back({user[h].item, shares.amounts()[h]});
  return contributions;
}

}  // namespace freshet
