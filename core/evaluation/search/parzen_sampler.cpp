#include "core/evaluation/search/parzen_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

namespace freshet {
namespace {

constexpr std::size_t good_max = 25;
constexpr double bandwidth_of_one = 0.2;
constexpr std::size_t attempts_max = 100;

/// A point of the space: positions of numbers, indices of choices.
using point = std::vector<double>;

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

class density {
 public:
  density(const search_space& space, std::vector<point> points) : space_(space), points_(std::move(points)) {
    // Scott's rule.
    const auto n = static_cast<double>(std::max<std::size_t>(1, points_.size()));
    bandwidth_ = bandwidth_of_one * std::pow(n, -1.0 / (static_cast<double>(space.size()) + 4.0));
  }

  point draw(random_source& random) const {
    const std::size_t component = random.below(points_.size() + 1);
    const point* around = component < points_.size() ? &points_[component] : nullptr;
    point drawn;
    for (std::size_t d = 0; d < space_.size(); ++d) {
      if (const auto* several = std::get_if<choices>(&space_[d].values)) {
        const auto count = several->values.size();
        const bool anything = around == nullptr || random.uniform() < share_left(count);
        drawn.push_back(anything ? static_cast<double>(random.below(count)) : (*around)[d]);
      } else {
        drawn.push_back(around == nullptr ? random.uniform() : draw_near((*around)[d], random));
      }
    }
    return drawn;
  }

  double log_at(const point& asked) const {
    // The uniform component.
    double uniform = 1;
    for (const auto& dimension : space_) {
      if (const auto* several = std::get_if<choices>(&dimension.values)) {
        uniform /= static_cast<double>(several->values.size());
      }
    }
    double sum = uniform;
    for (const auto& each : points_) sum += around(each, asked);
    return std::log(sum / static_cast<double>(points_.size() + 1));
  }

 private:
  double draw_near(double centre, random_source& random) const {
    for (std::size_t attempt = 0; attempt < attempts_max; ++attempt) {
      const double position = centre + bandwidth_ * random.normal();
      if (position >= 0 && position <= 1) return position;
    }
    return centre;
  }

  double share_left(std::size_t count) const {
    const auto k = static_cast<double>(count);
    return k / (static_cast<double>(points_.size()) + k);
  }

  double around(const point& centre, const point& asked) const {
    double product = 1;
    for (std::size_t d = 0; d < space_.size(); ++d) {
      if (const auto* several = std::get_if<choices>(&space_[d].values)) {
        const auto count = several->values.size();
        const double left = share_left(count);
        product *= left / static_cast<double>(count) + (centre[d] == asked[d] ? 1 - left : 0);
        continue;
      }
      const double away = (asked[d] - centre[d]) / bandwidth_;
      const double within = normal_cdf((1 - centre[d]) / bandwidth_) - normal_cdf(-centre[d] / bandwidth_);
      product *= std::exp(-0.5 * away * away) / (std::sqrt(2 * std::numbers::pi) * bandwidth_ * within);
    }
    return product;
  }

  const search_space& space_;
  std::vector<point> points_;
  double bandwidth_ = bandwidth_of_one;
};

point to_point(const search_space& space, const parameters& given) {
  point made;
  for (const auto& dimension : space) {
    const auto& value = given.at(dimension.name);
    if (const auto* range = std::get_if<number_range>(&dimension.values)) {
      made.push_back(range->position_of(std::get<double>(value)));
    } else {
      const auto& values = std::get<choices>(dimension.values).values;
      made.push_back(static_cast<double>(std::ranges::find(values, value) - values.begin()));
    }
  }
  return made;
}

parameters to_parameters(const search_space& space, const point& given) {
  parameters made;
  for (std::size_t d = 0; d < space.size(); ++d) {
    if (const auto* range = std::get_if<number_range>(&space[d].values)) {
      made[space[d].name] = range->at(given[d]);
    } else {
      made[space[d].name] = std::get<choices>(space[d].values).values[static_cast<std::size_t>(given[d])];
    }
  }
  return made;
}

struct densities {
  density good;
  density rest;
};

densities split(const search_space& space, std::span<const trial> before, const parzen_options& options) {
  std::vector<const trial*> order;
  for (const auto& each : before) order.push_back(&each);
  // Trials that did not come to an end are no good ones, whatever they reached.
  const auto rank = [](const trial* each) {
    return std::pair(each->state == trial_state::complete ? 0 : 1, -each->value);
  };
  std::ranges::stable_sort(order, {}, rank);
  const auto complete = static_cast<std::size_t>(
      std::ranges::count_if(order, [](const trial* each) { return each->state == trial_state::complete; }));
  const auto wanted = static_cast<std::size_t>(std::ceil(options.good_share * static_cast<double>(order.size())));
  const std::size_t good = std::min({complete, good_max, std::max<std::size_t>(1, wanted)});
  std::vector<point> points;
  for (const auto* each : order) points.push_back(to_point(space, each->tried));
  const auto middle = points.begin() + static_cast<std::ptrdiff_t>(good);
  return {density(space, {points.begin(), middle}), density(space, {middle, points.end()})};
}

bool was_tried(const parameters& asked, std::span<const trial> before) {
  return std::ranges::any_of(before, [&](const trial& each) { return each.tried == asked; });
}

parameters draw_new(const search_space& space, std::span<const trial> before, random_source& random) {
  parameters drawn = draw(space, random);
  for (std::size_t attempt = 0; attempt < attempts_max && was_tried(drawn, before); ++attempt) {
    drawn = draw(space, random);
  }
  return drawn;
}

}  // namespace

parameters propose(const search_space& space, std::span<const trial> before, std::uint64_t seed,
                   const parzen_options& options) {
  FRESHET_CHECK(!space.empty());
  random_source random(hash_combine(seed, before.size()));
  const bool any_complete =
      std::ranges::any_of(before, [](const trial& each) { return each.state == trial_state::complete; });
  if (before.size() < options.startup_trials || !any_complete) return draw_new(space, before, random);
  const auto [good, rest] = split(space, before, options);
  std::optional<parameters> best;
  double best_ratio = 0;
  for (std::size_t i = 0; i < options.candidates; ++i) {
    auto candidate = to_parameters(space, good.draw(random));
    if (was_tried(candidate, before)) continue;
    // Where rounding has put it.
    const point at = to_point(space, candidate);
    const double ratio = good.log_at(at) - rest.log_at(at);
    if (best && ratio <= best_ratio) continue;
    best_ratio = ratio;
    best = std::move(candidate);
  }
  return best ? *best : draw_new(space, before, random);
}

}  // namespace freshet
