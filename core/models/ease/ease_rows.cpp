#include "core/models/ease/ease_rows.hpp"

#include <algorithm>
#include <cmath>

namespace freshet {
namespace {

/// Sums what stands more than once; ascending by item.
void collapse(taste& row) {
  std::stable_sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.item < b.item; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (kept > 0 && row[kept - 1].item == row[i].item) {
      row[kept - 1].strength += row[i].strength;
    } else {
      row[kept++] = row[i];
    }
  }
  row.resize(kept);
}

void add_users(ease_rows& rows, const interaction_matrix& entries, double share) {
  const auto scale = static_cast<float>(std::sqrt(share));
  for (std::uint32_t user = 0; user < entries.rows(); ++user) {
    taste row = entries.taste_of(user_row{user});
    for (auto& each : row) each.strength *= scale;
    rows.inputs.add_row(row);
    rows.targets.add_row(row);
  }
}

/// Weights by distance from a cut.
std::vector<float> fading(double decay, double share) {
  std::vector<float> weights(distance_max(decay));
  for (std::size_t d = 0; d < weights.size(); ++d) {
    weights[d] = static_cast<float>(std::sqrt(share) * std::exp(-static_cast<double>(d) / decay));
  }
  return weights;
}

void add_cuts(ease_rows& rows, std::span<const dated_item> events, const std::vector<float>& weights) {
  taste before;
  taste after;
  for (std::size_t cut = 1; cut < events.size(); ++cut) {
    before.clear();
    after.clear();
    for (std::size_t d = 0; d < std::min(weights.size(), cut); ++d) {
      before.push_back({events[cut - 1 - d].item, weights[d]});
    }
    for (std::size_t d = 0; d < std::min(weights.size(), events.size() - cut); ++d) {
      after.push_back({events[cut + d].item, weights[d]});
    }
    collapse(before);
    collapse(after);
    rows.inputs.add_row(before);
    rows.targets.add_row(after);
  }
}

}  // namespace

std::size_t distance_max(double decay) {
  return 1 + static_cast<std::size_t>(decay * std::log(1000.0));
}

interaction_matrix entries_of(const interaction_matrix& strengths, ease_entries entries) {
  if (entries == ease_entries::weighted) return strengths;
  interaction_matrix binary;
  for (std::uint32_t user = 0; user < strengths.rows(); ++user) {
    taste row = strengths.taste_of(user_row{user});
    for (auto& each : row) each.strength = 1;
    binary.add_row(row);
  }
  binary.widen(strengths.columns());
  return binary;
}

ease_rows rows_of_cuts(const training_data& data, const ease_options& options) {
  ease_rows rows;
  rows.inputs.widen(data.strengths.columns());
  rows.targets.widen(data.strengths.columns());
  if (options.sequence_share < 1) {
    add_users(rows, entries_of(data.strengths, options.entries), 1 - options.sequence_share);
  }
  const auto weights = fading(options.training_decay, options.sequence_share);
  for (std::uint32_t user = 0; user < data.sequences.users(); ++user) {
    add_cuts(rows, data.sequences.of(user_row{user}), weights);
  }
  return rows;
}

}  // namespace freshet
