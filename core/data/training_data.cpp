#include "core/data/training_data.hpp"

#include <algorithm>

namespace freshet {
namespace {

std::optional<item_row> row_in(const row_of_item& rows, item_index item) {
  return to_integer(item) < rows.size() ? rows[to_integer(item)] : std::nullopt;
}

}  // namespace

std::vector<weighted<item_row>> to_taste(std::span<const weighted<item_index>> strengths, const row_of_item& rows) {
  std::vector<weighted<item_row>> taste;
  taste.reserve(strengths.size());
  for (const auto& [item, strength] : strengths) {
    // Sums of extreme values leave the range of float, sums of old ones vanish in it.
    if (!(strength > 0)) continue;
    if (const auto row = row_in(rows, item)) taste.push_back({*row, std::min(strength, strength_max)});
  }
  // Rows need not follow the store's numbers: a model may come from elsewhere.
  std::sort(taste.begin(), taste.end(), [](auto& a, auto& b) { return a.item < b.item; });
  return taste;
}

void add_user(training_data& data, std::span<const interaction> history, const row_of_item& rows,
              const strength_options& options) {
  data.strengths.add_row(to_taste(strengths(history, options), rows));
  for (const auto& event : history) {
    const auto row = row_in(rows, event.item);
    if (!row || event.qty < 1) continue;
    data.sequences.events.push_back({*row, event.ts});
  }
  data.sequences.offsets.push_back(data.sequences.events.size());
  if (!history.empty())
    data.trained_until = std::max(data.trained_until.value_or(history.back().ts), history.back().ts);
}

}  // namespace freshet
