// What: training data written down as sequences of item rows.
#pragma once

#include <algorithm>
#include <map>

#include "core/data/training_data.hpp"

namespace freshet::testing {

/// A user's sessions, each a list of items in order.
using sessions = std::vector<std::vector<std::uint32_t>>;

/// Strengths are counts; `ordered` false leaves the sequences out.
inline training_data data_of(const std::vector<sessions>& users, std::size_t items, bool ordered = true) {
  training_data data;
  for (const auto& user : users) {
    std::map<std::uint32_t, float> counts;
    std::uint32_t session = 0;
    for (const auto& basket : user) {
      for (const std::uint32_t item : basket) {
        ++counts[item];
        const auto ts = static_cast<unix_seconds>(data.sequences.events.size());
        if (ordered) data.sequences.events.push_back({item_row{item}, ts, session});
      }
      ++session;
    }
    taste row;
    for (const auto& [item, count] : counts) row.push_back({item_row{item}, count});
    data.strengths.add_row(row);
    if (ordered) data.sequences.offsets.push_back(data.sequences.events.size());
  }
  data.strengths.widen(items);
  return data;
}

}  // namespace freshet::testing
