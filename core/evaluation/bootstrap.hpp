// What:    how far a mean over cases, or the difference of two models on the same cases, is chance.
// How:     intervals: percentile bootstrap (Efron 1979): users are drawn again with repetition, with all their cases,
//          and the mean is taken anew. p: sign-flip permutation test of paired differences (Fisher 1935): the share of
//          random swaps of the two models, user by user, that differ at least as much; (1 + those) / (1 + resamples).
// Why users: cases of one user are alike, so they are drawn together.
// Same:    the same seed gives the same numbers on any number of threads.
// Cost:    O(resamples x users x columns).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/evaluation/cases.hpp"

namespace freshet {

/// Values of cases summed by user. Shapes: sums [users x columns], cases [users].
struct values_by_user {
  std::size_t columns{};
  std::vector<double> sums;
  std::vector<double> cases;

  std::size_t users() const { return cases.size(); }
};

/// `columns` spans of one value a case.
[[nodiscard]] values_by_user sum_by_user(std::span<const evaluation_case> cases,
                                         std::span<const std::vector<double>> columns);

struct bootstrap_options {
  std::uint32_t resamples = 1'000;
  /// Of the interval.
  double level = 0.95;
  std::uint64_t seed = 42;
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
};

struct interval {
  double low{};
  double high{};
};

/// For each column the interval of its mean over cases. All 0 without users or resamples.
[[nodiscard]] std::vector<interval> bootstrap_means(const values_by_user& values, const bootstrap_options& options);

struct paired_difference {
  double mean{};
  interval likely;
  double p = 1;
};

/// Of a - b, column by column; both of the same cases.
[[nodiscard]] std::vector<paired_difference> compare_paired(const values_by_user& a, const values_by_user& b,
                                                            const bootstrap_options& options);

}  // namespace freshet
