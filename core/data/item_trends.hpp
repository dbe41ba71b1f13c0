// What:    how often each item was touched in the last hours and days, and which items are touched more than usual.
// Why:     "popular this week" and "trending" must cost no pass over the events.
// Time:    counts from the newest event, so historic data works. Windows consist of whole hours (up to a week) or whole
//          days of UTC (beyond), the last of them unfinished.
// Trend:   an event of age a counts 2^(-a / half_life). An item's recent weight S (half-life one day) is compared with
//          what its long-run weight L (28 days) lets expect, E = L * sum(S) / sum(L): score = (S - E) / sqrt(E + 1), a
//          Pearson residual, smoothed so that a handful of events of an unknown item is no trend. Growth of the whole
//          shop and weekends are no trend of any item.
// Source:  Cormode, Shkapenyuk, Srivastava, Xu 2009, "Forward Decay: A Practical Time Decay Model for Streaming
//          Systems" (sums that need no sweep, in any order of events); Agresti 2013, "Categorical Data Analysis", 2.4.5
//          (residuals).
// Limits:  `cells_max` counters in hours and days together, about 16 bytes each; beyond, the oldest hours and days are
//          dropped and windows begin later, which they tell. 24 bytes an item besides.
// Threads: one at a time.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/strong_id.hpp"

namespace freshet {

class item_trends {
 public:
  struct options {
    std::int64_t hours_kept = 7 * 24;
    std::int64_t days_kept = 366;
    std::size_t cells_max = 16'000'000;
  };
  static constexpr std::chrono::hours half_life_recent{24};
  static constexpr std::chrono::hours half_life_usual{28 * 24};

  item_trends() : item_trends(options{}) {}
  explicit item_trends(const options& limits);

  void add(item_index item, unix_seconds ts);
  /// Time of the newest event; nothing before the first.
  [[nodiscard]] std::optional<unix_seconds> newest() const;

  struct counted {
    item_index item{};
    std::uint64_t events{};
  };
  struct window {
    /// [from, to]; `to` is the newest event.
    unix_seconds from{};
    unix_seconds to{};
    /// Items with an event, ascending.
    std::vector<counted> counts;
  };
  /// Cost: one pass over the counters of the window.
  [[nodiscard]] window within(std::chrono::hours length) const;
  [[nodiscard]] window ever() const;

  struct rising {
    item_index item{};
    double score{};
    double recent{};
    double expected{};
  };
  /// Items with a score above 0, ascending by number. Cost: one pass over all items.
  [[nodiscard]] std::vector<rising> trends() const;

 private:
  using counters = absl::flat_hash_map<item_index, std::uint32_t>;
  /// Counters by number of the hour or day since 1970.
  struct buckets {
    std::int64_t width{};
    std::int64_t kept{};
    std::map<std::int64_t, counters> by_number;
    std::size_t cells = 0;
    /// Everything before was dropped.
    std::int64_t first_kept = INT64_MIN;
  };
  void count(buckets& into, item_index item, unix_seconds ts);
  /// False when nothing but the newest is left.
  static bool drop_oldest(buckets& from);
  window sum_from(const buckets& of, std::int64_t first) const;
  void add_decayed(std::size_t item, unix_seconds ts);
  void move_landmark(unix_seconds to);

  options limits_;
  buckets hours_;
  buckets days_;
  unix_seconds oldest_ = INT64_MAX;
  unix_seconds newest_ = INT64_MIN;
  /// By item number.
  std::vector<std::uint64_t> ever_;
  /// Sums of 2^((ts - landmark) / half_life).
  std::vector<double> recent_;
  std::vector<double> usual_;
  unix_seconds landmark_ = 0;
};

}  // namespace freshet
