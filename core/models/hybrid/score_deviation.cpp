#include <algorithm>
#include <cmath>

#include "core/base/random.hpp"
#include "core/models/hybrid/hybrid.hpp"

namespace freshet {
namespace {

constexpr std::size_t users_max = 500;
constexpr std::size_t items_of_user = 200;

}  // namespace

double score_deviation(const model& scored, const training_data& data, std::uint64_t seed) {
  const std::size_t users = data.strengths.rows();
  if (users == 0 || scored.items() == 0) return 1;
  random_source random(seed);
  const auto scores = scored.scores();
  double sum = 0, squares = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < std::min(users_max, users); ++i) {
    const std::uint64_t user = users <= users_max ? i : random.below(users);
    const query asked = scored.fold_in(interactions_of(data, user_row(user)));
    for (std::size_t j = 0; j < items_of_user; ++j) {
      const double score = score_of(scores, asked, item_row(random.below(scored.items())));
      sum += score;
      squares += score * score;
      ++count;
    }
  }
  const double mean = sum / static_cast<double>(count);
  const double variance = squares / static_cast<double>(count) - mean * mean;
  // What rounding leaves of equal scores is no spread.
  return variance > 1e-12 * squares / static_cast<double>(count) ? std::sqrt(variance) : 1;
}

}  // namespace freshet
