#include "core/evaluation/temporal_global.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace freshet {

void hold_out_after(unix_seconds split_time, std::span<const interaction> history, const row_of_item& rows,
                    const strength_options& options, training_data& rest, evaluation_cases& cases) {
  const user_row user{static_cast<std::uint32_t>(rest.strengths.rows())};
  const std::size_t before = events_before(split_time, history);
  add_user(rest, history.first(before), rows, options);
  const auto told = rest.strengths.taste_of(user);
  if (told.empty()) return;
  std::vector<item_row> relevant;
  unix_seconds first{};
  for (const auto& event : history.subspan(before)) {
    const item_row row = rows.at(to_integer(event.item)).value();
    const bool is_told = std::ranges::binary_search(told, row, {}, &weighted<item_row>::item);
    if (event.qty < 1 || is_told) continue;
    if (relevant.empty()) first = event.ts;
    relevant.push_back(row);
  }
  if (!relevant.empty()) cases.add({.user = user, .ts = first}, std::move(relevant));
}

unix_seconds split_time_of(std::vector<unix_seconds>& times, double share) {
  FRESHET_CHECK(!times.empty());
  const auto kept = static_cast<std::size_t>((1 - share) * static_cast<double>(times.size()));
  const auto place = times.begin() + static_cast<std::ptrdiff_t>(std::min(kept, times.size() - 1));
  std::nth_element(times.begin(), place, times.end());
  return *place;
}

std::size_t events_before(unix_seconds split_time, std::span<const interaction> history) {
  const auto first = std::ranges::lower_bound(history, split_time, {}, &interaction::ts);
  return static_cast<std::size_t>(first - history.begin());
}

}  // namespace freshet
