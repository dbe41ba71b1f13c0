// What: one set of parameters that was tried, what came of it, and where trials are kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/models/parameters.hpp"

namespace freshet {

enum class trial_state {
  complete,
  /// Ended early: hopeless beside the others.
  pruned,
  /// Could not be trained: values that are not finite, too little memory.
  failed,
};

struct trial_measurement {
  std::uint32_t step{};
  double value{};

  friend bool operator==(const trial_measurement&, const trial_measurement&) = default;
};

struct trial {
  /// From 0.
  std::uint64_t number{};
  parameters tried;
  trial_state state{};
  /// Higher is better; of a pruned trial the last it was measured at, of a failed one 0.
  double value{};
  /// By step.
  std::vector<trial_measurement> curve;
  double seconds{};
  /// Why it failed.
  std::string why;

  friend bool operator==(const trial&, const trial&) = default;
};

/// Trials in the order of their numbers.
class trial_store {
 public:
  virtual ~trial_store() = default;
  virtual const std::vector<trial>& trials() const = 0;
  /// Kept for good when it returns.
  virtual status append(trial finished) = 0;
};

/// For as long as the process lives.
class memory_trial_store final : public trial_store {
 public:
  const std::vector<trial>& trials() const override { return trials_; }
  status append(trial finished) override {
    trials_.push_back(std::move(finished));
    return success{};
  }

 private:
  std::vector<trial> trials_;
};

/// The complete one of the highest value, the first of equals; nullptr when none is complete.
[[nodiscard]] const trial* best_of(const std::vector<trial>& trials);

}  // namespace freshet
