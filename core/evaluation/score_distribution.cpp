#include "core/evaluation/score_distribution.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.hpp"
#include "core/ranking/slice_scan.hpp"

namespace freshet {
namespace {

constexpr std::size_t users_max = 1'000;
/// Candidates of a list of 10 with the default multiplier of 5.
constexpr std::size_t items_per_user = 50;

score_distribution describe(std::vector<float> scores) {
  if (scores.empty()) return {};
  std::sort(scores.begin(), scores.end());
  double sum = 0, squares = 0;
  for (const double score : scores) sum += score;
  const double mean = sum / static_cast<double>(scores.size());
  for (const double score : scores) squares += (score - mean) * (score - mean);
  const auto quantile = [&](double share) {
    return scores[static_cast<std::size_t>(share * static_cast<double>(scores.size() - 1) + 0.5)];
  };
  return {.min = scores.front(),
          .max = scores.back(),
          .mean = mean,
          .std = std::sqrt(squares / static_cast<double>(scores.size())),
          .p01 = quantile(0.01),
          .p99 = quantile(0.99)};
}

}  // namespace

score_distribution sample_scores(const model& scored, const training_data& data, std::uint64_t seed) {
  const auto& strengths = data.strengths;
  const std::size_t items = scored.items();
  if (items == 0 || strengths.rows() == 0) return {};
  random_source random(seed);
  const std::size_t users = std::min(users_max, strengths.rows());
  const slice_scan scan(scored.scores(), {item_row{0}, item_row{static_cast<std::uint32_t>(items)}});
  scan_scratch scratch;
  std::vector<float> scores;
  for (std::size_t i = 0; i < users; ++i) {
    // All of them when they fit the sample, else drawn.
    const std::uint64_t user = users == strengths.rows() ? i : random.below(strengths.rows());
    const auto told = interactions_of(data, user_row(user));
    const query q = scored.fold_in(told);
    std::vector<item_row> seen;
    for (const auto& each : told.strengths) seen.push_back(each.item);
    const scan_request request{.q = &q, .k = items_per_user, .excluded = seen};
    std::vector<scored_row> ranked;
    scan.rank({&request, 1}, {&ranked, 1}, scratch);
    for (const auto& each : ranked) scores.push_back(each.score);
  }
  return describe(std::move(scores));
}

}  // namespace freshet
