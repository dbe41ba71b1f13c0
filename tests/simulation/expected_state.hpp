// What: what the records of a log mean, kept in the simplest way, and the scores that must follow from them. All
//       numbers are small integers, so that sums in single precision have no rounding.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/random.hpp"

namespace freshet::testing {

inline constexpr std::size_t simulated_items = 6;

/// Of items that models know; one more has events only.
inline std::string simulated_item(std::size_t number) {
  return "item" + std::to_string(number);
}

/// Item-item weights, whole numbers.
using whole_weights = std::array<std::array<int, simulated_items>, simulated_items>;

inline whole_weights random_weights(std::uint64_t seed) {
  random_source dice(seed);
  whole_weights weights{};
  for (std::size_t row = 0; row < simulated_items; ++row) {
    for (std::size_t column = 0; column < simulated_items; ++column) {
      weights[row][column] = row == column ? 0 : static_cast<int>(dice.below(41)) - 20;
    }
  }
  return weights;
}

/// One event as it was made; `mark` tells it from all others.
struct simulated_event {
  std::uint64_t mark{};
  std::string user_id;
  std::size_t item{};
  int qty = 1;
  std::int64_t ts{};
  /// Empty = its place in the log is its identity.
  std::string event_id;

  std::string json() const {
    return R"({"user_id":")" + user_id + R"(","item_id":")" + simulated_item(item) + R"(","ts":)" + std::to_string(ts) +
           R"(,"qty":)" + std::to_string(qty) + R"(,"session_id":"m)" + std::to_string(mark) + '"' +
           (event_id.empty() ? "" : R"(,"event_id":")" + event_id + '"') + "}";
  }
};

class expected_state {
 public:
  /// The log took this event. Returns how many events of the user it has now.
  std::size_t take(const simulated_event& value) {
    auto& log = logs_[value.user_id];
    log.push_back(value);
    place_of_mark_[value.mark] = log.size();
    return log.size();
  }
  /// How many of the user's events the log has up to the one with this mark; 0 = not that one.
  std::size_t place(std::uint64_t mark) const {
    const auto found = place_of_mark_.find(mark);
    return found == place_of_mark_.end() ? 0 : found->second;
  }
  std::size_t length(const std::string& user) const {
    const auto found = logs_.find(user);
    return found == logs_.end() ? 0 : found->second.size();
  }
  std::set<std::string> users() const {
    std::set<std::string> all;
    for (const auto& [user, log] : logs_) all.insert(user);
    return all;
  }

  /// The user's events after the first `length` of the log; of several with one id the first.
  std::vector<simulated_event> history(const std::string& user, std::size_t length) const {
    std::vector<simulated_event> kept;
    std::set<std::string> ids;
    const auto found = logs_.find(user);
    if (found == logs_.end()) return kept;
    for (std::size_t place = 0; place < length; ++place) {
      const auto& each = found->second[place];
      if (each.event_id.empty() || ids.insert(each.event_id).second) kept.push_back(each);
    }
    return kept;
  }

  /// Score of every item of the model; nothing where the model can say nothing.
  std::optional<std::map<std::string, int>> scores(const std::string& user, std::size_t length,
                                                   const whole_weights& weights) const {
    std::array<int, simulated_items> strengths{};
    for (const auto& each : history(user, length)) {
      if (each.item < simulated_items) strengths[each.item] += each.qty;
    }
    bool any = false;
    std::map<std::string, int> out;
    for (std::size_t item = 0; item < simulated_items; ++item) out[simulated_item(item)] = 0;
    for (std::size_t row = 0; row < simulated_items; ++row) {
      if (strengths[row] <= 0) continue;
      any = true;
      for (std::size_t item = 0; item < simulated_items; ++item) {
        out[simulated_item(item)] += strengths[row] * weights[row][item];
      }
    }
    if (!any) return std::nullopt;
    return out;
  }

  /// Item -> events that are no returns.
  std::map<std::string, std::int64_t> popularity() const {
    std::map<std::string, std::int64_t> counts;
    for (const auto& [user, log] : logs_) {
      for (const auto& each : history(user, log.size())) {
        if (each.qty > 0) ++counts[simulated_item(each.item)];
      }
    }
    return counts;
  }
  std::size_t events() const {
    std::size_t sum = 0;
    for (const auto& [user, log] : logs_) sum += history(user, log.size()).size();
    return sum;
  }

 private:
  std::map<std::string, std::vector<simulated_event>> logs_;
  std::map<std::uint64_t, std::size_t> place_of_mark_;
};

}  // namespace freshet::testing
