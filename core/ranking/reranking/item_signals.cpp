#include "core/ranking/reranking/item_signals.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/check.hpp"

namespace freshet {
namespace {

constexpr float quality_unknown = 3;

/// The logarithm of a count from outside: a negative one is none.
float popularity_of(const item* described, float interactions) {
  const double count = described != nullptr ? described->num_sold_time.value_or(interactions) : interactions;
  return count > 0 && std::isfinite(count) ? static_cast<float>(std::log1p(count)) : 0;
}

float quality_of(const item* described) {
  const double stars = described != nullptr ? described->avg_star.value_or(quality_unknown) : quality_unknown;
  return std::isfinite(stars) ? static_cast<float>(stars) : quality_unknown;
}

}  // namespace

void item_signals::reserve(std::size_t rows) {
  content.reserve(rows);
  popularity.reserve(rows);
  quality.reserve(rows);
  interactions.reserve(rows);
}

void item_signals::append(const item_signals& more) {
  content.append(more.content.view());
  popularity.insert(popularity.end(), more.popularity.begin(), more.popularity.end());
  quality.insert(quality.end(), more.quality.begin(), more.quality.end());
  interactions.insert(interactions.end(), more.interactions.begin(), more.interactions.end());
  interactions_total += more.interactions_total;
}

item_signals signals_of(std::span<const item* const> items, std::span<const float> interactions,
                        matrix<float> content) {
  FRESHET_CHECK(items.size() == interactions.size() && (content.columns() == 0 || content.rows() == items.size()));
  item_signals known{.content = std::move(content), .interactions = {interactions.begin(), interactions.end()}};
  known.popularity.reserve(items.size());
  known.quality.reserve(items.size());
  for (std::size_t row = 0; row < items.size(); ++row) {
    known.popularity.push_back(popularity_of(items[row], interactions[row]));
    known.quality.push_back(quality_of(items[row]));
    known.interactions_total += interactions[row];
  }
  return known;
}

}  // namespace freshet
