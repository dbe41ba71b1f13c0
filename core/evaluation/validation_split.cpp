#include "core/evaluation/validation_split.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/base/random.hpp"

namespace freshet {
namespace {

/// Whether each user takes part.
std::vector<bool> drawn_users(std::size_t users, std::size_t users_max, random_source& random) {
  std::vector<bool> drawn(users, users <= users_max);
  if (users <= users_max) return drawn;
  std::vector<std::uint32_t> order(users);
  std::iota(order.begin(), order.end(), 0U);
  for (std::size_t i = 0; i < users_max; ++i) {
    std::swap(order[i], order[i + random.below(users - i)]);
    drawn[order[i]] = true;
  }
  return drawn;
}

/// Nothing where too little would be left.
std::optional<item_row> item_to_hold_out(const user_interactions& user, random_source& random) {
  if (user.strengths.size() < 2) return std::nullopt;
  const auto has_strength = [&](item_row item) {
    return std::ranges::any_of(user.strengths, [&](const auto& entry) { return entry.item == item; });
  };
  const auto last = std::find_if(user.sequence.rbegin(), user.sequence.rend(),
                                 [&](const auto& event) { return has_strength(event.item); });
  if (last != user.sequence.rend()) return last->item;
  return user.strengths[random.below(user.strengths.size())].item;
}

unix_seconds last_time(const user_interactions& user, item_row item) {
  unix_seconds ts = 0;
  for (const auto& event : user.sequence) {
    if (event.item == item) ts = event.ts;
  }
  return ts;
}

}  // namespace

validation_split split_for_validation(const training_data& data, const validation_options& options) {
  random_source random(options.seed);
  const std::size_t users = data.strengths.rows();
  const auto drawn = drawn_users(users, options.users_max, random);
  training_data rest{.trained_until = data.trained_until, .features = data.features, .embeddings = data.embeddings};
  validation_split split;
  for (std::size_t row = 0; row < users; ++row) {
    const user_row user{static_cast<std::uint32_t>(row)};
    auto told = interactions_of(data, user);
    if (const auto item = drawn[row] ? item_to_hold_out(told, random) : std::nullopt) {
      split.cases.add({.user = user, .ts = last_time(told, *item)}, {*item});
      std::erase_if(told.strengths, [&](const auto& entry) { return entry.item == *item; });
      std::erase_if(told.sequence, [&](const auto& event) { return event.item == *item; });
    }
    rest.strengths.add_row(told.strengths);
    rest.sequences.events.insert(rest.sequences.events.end(), told.sequence.begin(), told.sequence.end());
    rest.sequences.offsets.push_back(rest.sequences.events.size());
  }
  rest.strengths.widen(data.strengths.columns());
  split.rest = std::make_shared<const training_data>(std::move(rest));
  split.cases.told = told_by(split.rest);
  return split;
}

}  // namespace freshet
