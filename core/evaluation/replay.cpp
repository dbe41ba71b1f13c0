#include "core/evaluation/replay.hpp"

#include <absl/container/flat_hash_set.h>

#include <algorithm>
#include <bit>
#include <tuple>

#include "core/evaluation/temporal_global.hpp"

namespace freshet {
namespace {

constexpr std::size_t points_max = 50;

struct replayed_event {
  unix_seconds ts;
  user_row user;
  std::uint32_t place;

  auto order() const { return std::tuple(ts, user, place); }
};

/// Events after the split with which a user turned to something new, in the order in which they are fed.
std::vector<replayed_event> events_of(const replayed_users& users) {
  std::vector<replayed_event> events;
  for (std::size_t number = 0; number < users.histories.size(); ++number) {
    const user_row user{static_cast<std::uint32_t>(number)};
    const auto& history = users.histories[number];
    absl::flat_hash_set<item_index> touched;
    for (std::uint32_t place = 0; place < history.size(); ++place) {
      const auto& event = history[place];
      if (event.qty < 1 || !touched.insert(event.item).second) continue;
      if (place >= users.before[number]) events.push_back({event.ts, user, place});
    }
  }
  std::ranges::sort(events, {}, &replayed_event::order);
  return events;
}

told_function told_of(std::shared_ptr<const replayed_users> users) {
  return [users = std::move(users)](user_row user, std::uint32_t events) {
    const std::span all(users->histories[to_integer(user)]);
    const auto told = all.first(std::min<std::size_t>(events, all.size()));
    return user_interactions{.strengths = to_taste(strengths(told, users->options), users->rows),
                             .sequence = to_sequence(told, users->rows)};
  };
}

std::vector<double> values_of(const evaluation_report& report, const evaluation_cases& cases,
                              const metric_name& metric) {
  std::vector<double> values;
  for (const auto& each : metrics_by_case(report, cases, metric.k)) values.push_back(each.*metric.value);
  return values;
}

void add_to(replay_point& point, double fresh, double stale) {
  ++point.cases;
  point.fresh += fresh;
  point.stale += stale;
}

void take_means(std::vector<replay_point>& points) {
  std::erase_if(points, [](const auto& each) { return each.cases == 0; });
  for (auto& each : points) {
    each.fresh /= static_cast<double>(each.cases);
    each.stale /= static_cast<double>(each.cases);
  }
}

}  // namespace

void add_replayed_user(unix_seconds split_time, std::span<const interaction> history, training_data& rest,
                       replayed_users& users) {
  const std::size_t before = events_before(split_time, history);
  add_user(rest, history.first(before), users.rows, users.options);
  users.before.push_back(static_cast<std::uint32_t>(before));
  auto& kept = users.histories.emplace_back();
  if (before < history.size()) kept.assign(history.begin(), history.end());
}

replay_cases to_cases(std::shared_ptr<const replayed_users> users) {
  replay_cases cases;
  for (const auto& event : events_of(*users)) {
    const auto number = to_integer(event.user);
    const auto item = users->histories[number][event.place].item;
    const std::vector<item_row> relevant{users->rows.at(to_integer(item)).value()};
    const std::uint32_t before = users->before[number];
    cases.fresh.add({.user = event.user, .events = event.place, .ts = event.ts}, relevant);
    cases.stale.add({.user = event.user, .events = before, .seen = event.place, .ts = event.ts}, relevant);
    cases.new_events.push_back(event.place - before);
  }
  cases.fresh.told = cases.stale.told = told_of(std::move(users));
  return cases;
}

replay_curves curves_of(const evaluation_cases& cases, std::span<const std::uint32_t> new_events,
                        const evaluation_report& fresh, const evaluation_report& stale, const metric_name& metric) {
  const auto of_fresh = values_of(fresh, cases, metric);
  const auto of_stale = values_of(stale, cases, metric);
  const std::size_t count = of_fresh.size();
  const std::size_t points = std::min(points_max, count);
  replay_curves curves;
  curves.by_time.resize(points);
  for (std::size_t i = 0; i < count; ++i) {
    auto& in_time = curves.by_time[i * points / count];
    in_time.at = cases.cases[i].ts;
    add_to(in_time, of_fresh[i], of_stale[i]);

    const auto bucket = static_cast<std::size_t>(std::bit_width(new_events[i]));
    if (bucket >= curves.by_new_events.size()) curves.by_new_events.resize(bucket + 1);
    curves.by_new_events[bucket].at = bucket == 0 ? 0 : std::int64_t{1} << (bucket - 1);
    add_to(curves.by_new_events[bucket], of_fresh[i], of_stale[i]);
  }
  take_means(curves.by_time);
  take_means(curves.by_new_events);
  return curves;
}

}  // namespace freshet
