#include "core/evaluation/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/base/random.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

/// [resamples x columns]: calls `resample(random, means)` for each.
template <class Resample>
std::vector<double> resampled(std::size_t columns, const bootstrap_options& options, Resample resample) {
  std::vector<double> means(options.resamples * columns);
  parallel_for(options.resamples, thread_count(options.threads), [&](std::size_t number, std::size_t) {
    random_source random(hash_combine(options.seed, number));
    resample(random, std::span(means).subspan(number * columns, columns));
  });
  return means;
}

void add_user(const values_by_user& values, std::size_t user, double weight, std::span<double> sums) {
  const auto row = std::span(values.sums).subspan(user * values.columns, values.columns);
  for (std::size_t column = 0; column < row.size(); ++column) sums[column] += weight * row[column];
}

void draw_users(const values_by_user& values, random_source& random, std::span<double> means) {
  double cases = 0;
  for (std::size_t i = 0; i < values.users(); ++i) {
    const std::size_t user = random.below(values.users());
    add_user(values, user, 1, means);
    cases += values.cases[user];
  }
  for (auto& each : means) each /= cases;
}

std::vector<double> means_of(const values_by_user& values) {
  std::vector<double> means(values.columns);
  double cases = 0;
  for (std::size_t user = 0; user < values.users(); ++user) {
    add_user(values, user, 1, means);
    cases += values.cases[user];
  }
  for (auto& each : means) each /= cases;
  return means;
}

interval interval_of(std::vector<double> values, double level) {
  std::ranges::sort(values);
  const auto quantile = [&](double share) {
    return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
  };
  return {quantile((1 - level) / 2), quantile((1 + level) / 2)};
}

std::vector<double> column_of(const std::vector<double>& table, std::size_t columns, std::size_t column) {
  std::vector<double> values;
  for (std::size_t at = column; at < table.size(); at += columns) values.push_back(table[at]);
  return values;
}

values_by_user difference_of(const values_by_user& a, const values_by_user& b) {
  FRESHET_CHECK(a.columns == b.columns && a.cases == b.cases, "both of the same cases");
  values_by_user difference = a;
  for (std::size_t i = 0; i < a.sums.size(); ++i) difference.sums[i] -= b.sums[i];
  return difference;
}

/// Whether chance made as much of it as was seen; a hair less counts too, sums are rounded.
bool reaches(double by_chance, double seen) {
  return std::abs(by_chance) >= std::abs(seen) * (1 - 1e-12);
}

}  // namespace

values_by_user sum_by_user(std::span<const evaluation_case> cases, std::span<const std::vector<double>> columns) {
  values_by_user values{.columns = columns.size()};
  std::map<user_row, std::size_t> place_of;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto [found, is_new] = place_of.try_emplace(cases[i].user, values.users());
    if (is_new) {
      values.cases.push_back(0);
      values.sums.resize(values.sums.size() + columns.size());
    }
    values.cases[found->second] += 1;
    for (std::size_t column = 0; column < columns.size(); ++column)
      values.sums[found->second * columns.size() + column] += columns[column][i];
  }
  return values;
}

std::vector<interval> bootstrap_means(const values_by_user& values, const bootstrap_options& options) {
  std::vector<interval> intervals(values.columns);
  if (values.users() == 0 || options.resamples == 0) return intervals;
  const auto means = resampled(values.columns, options, [&](random_source& random, std::span<double> sums) {
    draw_users(values, random, sums);
  });
  for (std::size_t column = 0; column < values.columns; ++column)
    intervals[column] = interval_of(column_of(means, values.columns, column), options.level);
  return intervals;
}

std::vector<paired_difference> compare_paired(const values_by_user& a, const values_by_user& b,
                                              const bootstrap_options& options) {
  const auto difference = difference_of(a, b);
  std::vector<paired_difference> compared(a.columns);
  if (a.users() == 0) return compared;
  const auto means = means_of(difference);
  const auto intervals = bootstrap_means(difference, options);
  double cases = 0;
  for (const double each : difference.cases) cases += each;
  const auto flipped = resampled(a.columns, options, [&](random_source& random, std::span<double> sums) {
    for (std::size_t user = 0; user < difference.users(); ++user)
      add_user(difference, user, (random.next() >> 63) != 0 ? 1 : -1, sums);
    for (auto& each : sums) each /= cases;
  });
  for (std::size_t column = 0; column < a.columns; ++column) {
    const auto by_chance = column_of(flipped, a.columns, column);
    const auto reached = std::ranges::count_if(by_chance, [&](double each) { return reaches(each, means[column]); });
    compared[column] = {means[column], intervals[column],
                        (1 + static_cast<double>(reached)) / (1 + static_cast<double>(options.resamples))};
  }
  return compared;
}

}  // namespace freshet
