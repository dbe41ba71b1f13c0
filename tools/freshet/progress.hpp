// What:    the line that a long command shows on a terminal: count, rate, share and time left.
//              1,204,000 events  402,113/s  37 %  0:42 left
//              3 iterations  8.2 s each  30 %  0:57 left  loss 0.4127
// For programs: after `progress::for_programs()` a JSON object a line on standard output instead, wherever it goes:
//              {"progress":{"unit":"iterations","count":3,"part":3,"whole":10,"note":"loss 0.4127"}}
// When:    only if standard error is a terminal, only after a second, redrawn five times a second; nothing when piped.
// Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace freshet::tools {

struct progress_figures {
  /// Units done: events, users, epochs.
  std::uint64_t count = 0;
  /// What tells the share: bytes of the file, or the units themselves. `whole` 0 = not known.
  std::uint64_t part = 0;
  std::uint64_t whole = 0;
  /// What else is worth seeing; ends the line.
  std::string note{};
};

/// The line without carriage return; `elapsed` since the start.
[[nodiscard]] std::string progress_line(const progress_figures& done, std::string_view unit,
                                        std::chrono::duration<double> elapsed);

class progress {
 public:
  using steady = std::chrono::steady_clock;

  /// From now on, for the whole process.
  static void for_programs();

  /// `unit` in the plural: "events".
  explicit progress(std::string unit);
  /// Clears the line.
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  /// May be called for every row: costs a look at the clock, nothing when nobody can see the line.
  void update(const progress_figures& done);

 private:
  std::string unit_;
  bool shown_;  // whether anybody can see it
  bool drawn_ = false;
  steady::time_point start_ = steady::now();
  steady::time_point next_ = start_ + std::chrono::seconds(1);
};

}  // namespace freshet::tools
