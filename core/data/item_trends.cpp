#include "core/data/item_trends.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace freshet {
namespace {

constexpr std::int64_t hour = 3600;
constexpr std::int64_t day = 24 * hour;
/// Doubles reach 2^1023; the landmark moves before the newest event's weight comes near.
constexpr double exponent_max = 500;

/// Rounds down, also before 1970.
std::int64_t bucket_of(unix_seconds ts, std::int64_t width) {
  return ts / width - (ts % width < 0 ? 1 : 0);
}

double exponent(unix_seconds ts, unix_seconds landmark, std::chrono::hours half_life) {
  return static_cast<double>(ts - landmark) / static_cast<double>(std::chrono::seconds(half_life).count());
}

}  // namespace

item_trends::item_trends(const options& limits)
    : limits_(limits),
      hours_{.width = hour, .kept = limits.hours_kept, .by_number = {}},
      days_{.width = day, .kept = limits.days_kept, .by_number = {}} {}

void item_trends::add(item_index item, unix_seconds ts) {
  const auto number = static_cast<std::size_t>(to_integer(item));
  if (number >= ever_.size()) {
    ever_.resize(number + 1);
    recent_.resize(number + 1);
    usual_.resize(number + 1);
  }
  ++ever_[number];
  oldest_ = std::min(oldest_, ts);
  newest_ = std::max(newest_, ts);
  count(hours_, item, ts);
  count(days_, item, ts);
  add_decayed(number, ts);
  while (hours_.cells + days_.cells > limits_.cells_max) {
    // Of either the newest stays.
    auto& larger = hours_.cells > days_.cells ? hours_ : days_;
    auto& smaller = &larger == &hours_ ? days_ : hours_;
    if (!drop_oldest(larger) && !drop_oldest(smaller)) break;
  }
}

void item_trends::count(buckets& into, item_index item, unix_seconds ts) {
  const auto newest = bucket_of(newest_, into.width);
  while (!into.by_number.empty() && into.by_number.begin()->first <= newest - into.kept && drop_oldest(into)) {
  }
  const auto number = bucket_of(ts, into.width);
  if (number <= newest - into.kept || number < into.first_kept) return;
  if (++into.by_number[number][item] == 1) ++into.cells;
}

bool item_trends::drop_oldest(buckets& from) {
  if (from.by_number.size() < 2) return false;
  const auto oldest = from.by_number.begin();
  from.cells -= oldest->second.size();
  from.first_kept = oldest->first + 1;
  from.by_number.erase(oldest);
  return true;
}

std::optional<unix_seconds> item_trends::newest() const {
  return ever_.empty() ? std::nullopt : std::optional(newest_);
}

item_trends::window item_trends::within(std::chrono::hours length) const {
  if (ever_.empty()) return {};
  const auto hours_wanted = std::max<std::int64_t>(1, length.count());
  if (hours_wanted <= limits_.hours_kept) return sum_from(hours_, bucket_of(newest_, hour) - hours_wanted + 1);
  const auto days_wanted = std::min((hours_wanted + 23) / 24, limits_.days_kept);
  return sum_from(days_, bucket_of(newest_, day) - days_wanted + 1);
}

item_trends::window item_trends::sum_from(const buckets& of, std::int64_t first) const {
  first = std::max(first, of.first_kept);
  counters sums;
  for (auto bucket = of.by_number.lower_bound(first); bucket != of.by_number.end(); ++bucket) {
    for (const auto& [item, events] : bucket->second) sums[item] += events;
  }
  window found{.from = first * of.width, .to = newest_, .counts = {}};
  found.counts.reserve(sums.size());
  for (const auto& [item, events] : sums) found.counts.push_back({item, events});
  std::sort(found.counts.begin(), found.counts.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
  return found;
}

item_trends::window item_trends::ever() const {
  if (ever_.empty()) return {};
  window found{.from = oldest_, .to = newest_, .counts = {}};
  for (std::size_t number = 0; number < ever_.size(); ++number) {
    if (ever_[number] == 0) continue;
    found.counts.push_back({static_cast<item_index>(static_cast<std::uint32_t>(number)), ever_[number]});
  }
  return found;
}

void item_trends::add_decayed(std::size_t item, unix_seconds ts) {
  // The first event, or one much newer than all before.
  if (exponent(ts, landmark_, half_life_recent) > exponent_max) move_landmark(ts);
  recent_[item] += std::exp2(exponent(ts, landmark_, half_life_recent));
  usual_[item] += std::exp2(exponent(ts, landmark_, half_life_usual));
}

void item_trends::move_landmark(unix_seconds to) {
  const auto shrink = [&](std::vector<double>& sums, std::chrono::hours half_life) {
    const double factor = std::exp2(-exponent(to, landmark_, half_life));
    for (auto& sum : sums) sum *= factor;
  };
  shrink(recent_, half_life_recent);
  shrink(usual_, half_life_usual);
  landmark_ = to;
}

std::vector<item_trends::rising> item_trends::trends() const {
  std::vector<rising> found;
  if (ever_.empty()) return found;
  const double recent_unit = std::exp2(-exponent(newest_, landmark_, half_life_recent));
  const double usual_unit = std::exp2(-exponent(newest_, landmark_, half_life_usual));
  const double recent_sum = std::accumulate(recent_.begin(), recent_.end(), 0.0) * recent_unit;
  const double usual_sum = std::accumulate(usual_.begin(), usual_.end(), 0.0) * usual_unit;
  const double share = recent_sum / usual_sum;
  for (std::size_t number = 0; number < ever_.size(); ++number) {
    const double recent = recent_[number] * recent_unit;
    const double expected = usual_[number] * usual_unit * share;
    const double score = (recent - expected) / std::sqrt(expected + 1);
    if (!(score > 0)) continue;
    found.push_back({static_cast<item_index>(static_cast<std::uint32_t>(number)), score, recent, expected});
  }
  return found;
}

}  // namespace freshet
