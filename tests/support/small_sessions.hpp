// What: small event sequences for tests of models that learn an order.
#pragma once

#include <vector>

#include "core/base/random.hpp"
#include "core/data/training_data.hpp"

namespace freshet::testing {

/// One user for each list, one session for each user, a second between events, users in the order of time.
inline event_sequences sequences_of(const std::vector<std::vector<std::uint32_t>>& sessions) {
  event_sequences sequences;
  unix_seconds now = 1'700'000'000;
  for (const auto& session : sessions) {
    for (const auto item : session) sequences.events.push_back({item_row{item}, ++now, 0});
    sequences.offsets.push_back(sequences.events.size());
  }
  return sequences;
}

/// Sessions of 1 to 7 events on `items` items.
inline event_sequences random_sequences(std::size_t users, std::size_t items, std::uint64_t seed) {
  random_source random(seed);
  std::vector<std::vector<std::uint32_t>> sessions(users);
  for (auto& session : sessions) {
    const std::size_t length = 1 + random.below(7);
    for (std::size_t i = 0; i < length; ++i) session.push_back(static_cast<std::uint32_t>(random.below(items)));
  }
  return sequences_of(sessions);
}

inline user_interactions user_of(const std::vector<std::uint32_t>& session) {
  return {.strengths = {}, .sequence = sequences_of({session}).events};
}

}  // namespace freshet::testing
