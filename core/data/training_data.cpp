#include "core/data/training_data.hpp"

#include <algorithm>

namespace freshet {
namespace {

std::optional<item_row> row_in(const row_of_item& rows, item_index item) {
  return to_integer(item) < rows.size() ? rows[to_integer(item)] : std::nullopt;
}

bool begins_session(const interaction& event, const interaction& before) {
  if (event.session != 0 && before.session != 0) return event.session != before.session;
  return event.ts - before.ts > session_gap_seconds;
}

}  // namespace

user_interactions interactions_of(const training_data& data, user_row user) {
  user_interactions told{.strengths = data.strengths.taste_of(user)};
  if (to_integer(user) < data.sequences.users()) {
    const auto events = data.sequences.of(user);
    told.sequence.assign(events.begin(), events.end());
  }
  return told;
}

taste to_taste(std::span<const weighted<item_index>> strengths, const row_of_item& rows) {
  taste found;
  found.reserve(strengths.size());
  for (const auto& [item, strength] : strengths) {
    // Sums of extreme values leave the range of float, sums of old ones vanish in it.
    if (!(strength > 0)) continue;
    if (const auto row = row_in(rows, item)) found.push_back({*row, std::min(strength, strength_max)});
  }
  // Rows need not follow the store's numbers: a model may come from elsewhere.
  std::sort(found.begin(), found.end(), [](auto& a, auto& b) { return a.item < b.item; });
  return found;
}

std::vector<dated_item> to_sequence(std::span<const interaction> history, const row_of_item& rows) {
  std::vector<dated_item> sequence;
  sequence.reserve(history.size());
  std::uint32_t session = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (i > 0 && begins_session(history[i], history[i - 1])) ++session;
    const auto row = row_in(rows, history[i].item);
    if (row && history[i].qty >= 1) sequence.push_back({*row, history[i].ts, session});
  }
  return sequence;
}

void add_user(training_data& data, std::span<const interaction> history, const row_of_item& rows,
              const strength_options& options) {
  data.strengths.add_row(to_taste(strengths(history, options), rows));
  const auto sequence = to_sequence(history, rows);
  data.sequences.events.insert(data.sequences.events.end(), sequence.begin(), sequence.end());
  data.sequences.offsets.push_back(data.sequences.events.size());
  if (!history.empty())
    data.trained_until = std::max(data.trained_until.value_or(history.back().ts), history.back().ts);
}

}  // namespace freshet
