#include "core/evaluation/random_ratio.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/random.hpp"

namespace freshet {
namespace {

/// Ascending.
std::vector<item_index> draw(std::vector<item_index> items, const ratio_options& drawn) {
  if (items.size() < 2) return {};
  const auto wanted = static_cast<std::size_t>(std::lround(drawn.share * static_cast<double>(items.size())));
  const std::size_t count = std::clamp<std::size_t>(wanted, 1, items.size() - 1);
  random_source random(drawn.seed);
  for (std::size_t i = 0; i < count; ++i) std::swap(items[i], items[i + random.below(items.size() - i)]);
  items.resize(count);
  std::ranges::sort(items);
  return items;
}

}  // namespace

void hold_out_share(const ratio_options& drawn, std::span<const interaction> history, const row_of_item& rows,
                    const strength_options& options, training_data& rest, evaluation_cases& cases) {
  std::vector<item_index> items;
  for (const auto& entry : strengths(history, options)) items.push_back(entry.item);
  const auto held_out = draw(std::move(items), drawn);

  const user_row user{static_cast<std::uint32_t>(rest.strengths.rows())};
  user_history told;
  unix_seconds first{};
  for (const auto& event : history) {
    if (!std::ranges::binary_search(held_out, event.item)) {
      told.push_back(event);
    } else if (first == 0) {
      first = event.ts;
    }
  }
  add_user(rest, told, rows, options);
  if (held_out.empty()) return;
  std::vector<item_row> relevant;
  for (const auto item : held_out) relevant.push_back(rows.at(to_integer(item)).value());
  cases.add({.user = user, .ts = first}, std::move(relevant));
}

}  // namespace freshet
