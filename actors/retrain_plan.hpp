// What: decides when a successor of the model is to be trained: by time, or by the number of events since the last one.
// Why:  a plain class with the time as an argument, so that a test can let weeks pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "core/base/schedule.hpp"

namespace freshet {

class retrain_plan {
 public:
  /// Also while running. `retrain.schedule` was checked when the settings were read.
  void configure(const retrain_options& settings, unix_seconds now);
  /// A training ended, however: the next is a full interval, or that many events, away.
  void ended(unix_seconds now, std::uint64_t events);
  /// The model in service was trained then, from so many events. Never counts from earlier than it does: going back to
  /// an older model is no reason to train at once.
  void serves(unix_seconds trained_at, std::uint64_t events, unix_seconds now);

  /// Why one is due: "schedule 0 2 * * 0", "1200 new events"; nothing = it is not. Where the clock was set back since
  /// the last call, the next one is planned anew from there.
  std::optional<std::string> due(unix_seconds now, std::uint64_t events);
  /// Whether `due` looks at the number of events.
  bool counts_events() const { return min_new_events_ > 0; }

 private:
  std::string text_;
  std::optional<schedule> schedule_;
  unix_seconds next_ = 0;
  std::optional<unix_seconds> last_;
  /// When `due` was asked last.
  unix_seconds asked_ = 0;
  std::uint64_t min_new_events_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace freshet
