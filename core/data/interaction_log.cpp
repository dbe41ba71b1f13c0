#include "core/data/interaction_log.hpp"

#include <algorithm>
#include <span>

namespace freshet {
namespace {

bool begins_session(const logged_interaction& event, const logged_interaction& before) {
  if (event.session != 0 && before.session != 0) return event.session != before.session;
  return event.ts - before.ts > session_gap_seconds;
}

taste summed(std::span<const logged_interaction> rows) {
  taste sums;
  for (const auto& each : rows) sums.push_back({each.item, each.strength});
  std::stable_sort(sums.begin(), sums.end(), [](auto& a, auto& b) { return a.item < b.item; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (kept > 0 && sums[kept - 1].item == sums[i].item) {
      sums[kept - 1].strength = std::min(sums[kept - 1].strength + sums[i].strength, strength_max);
    } else {
      sums[kept++] = sums[i];
    }
  }
  sums.resize(kept);
  return sums;
}

void add_user(training_data& data, std::span<const logged_interaction> rows) {
  data.strengths.add_row(summed(rows));
  std::uint32_t session = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0 && begins_session(rows[i], rows[i - 1])) ++session;
    data.sequences.events.push_back({rows[i].item, rows[i].ts, session});
  }
  data.sequences.offsets.push_back(data.sequences.events.size());
  if (!rows.empty() && rows.back().ts > 0)
    data.trained_until = std::max(data.trained_until.value_or(0), rows.back().ts);
}

}  // namespace

training_data to_training_data(std::vector<logged_interaction> log, const log_size& size) {
  std::stable_sort(log.begin(), log.end(),
                   [](const auto& a, const auto& b) { return a.user != b.user ? a.user < b.user : a.ts < b.ts; });
  training_data data;
  std::size_t first = 0;
  for (std::size_t user = 0; user < size.users; ++user) {
    std::size_t last = first;
    while (last < log.size() && to_integer(log[last].user) == user) ++last;
    add_user(data, std::span(log).subspan(first, last - first));
    first = last;
  }
  data.strengths.widen(size.items);
  return data;
}

}  // namespace freshet
