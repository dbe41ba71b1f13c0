// What:    a candidate beside the model in service: in shadow, where it ranks what others are shown and nobody sees it,
//          or as a canary, where it answers a part of the users.
// Who:     a hash of user and model decides, so that a user has one model as long as the trial lasts, on every machine
//          and after every restart; the next trial chooses others.
// Threads: a trial is immutable; its figures may be used from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "actors/generation/generation.hpp"
#include "config/options.hpp"
#include "core/base/latency_histogram.hpp"

namespace freshet {

/// How the lists of a shadow compare with those that were shown.
class shadow_figures {
 public:
  /// Lists are compared so deep.
  static constexpr std::size_t depth = 10;
  /// Comparisons in work at one time; more are left out, so that a shadow cannot crowd out what is served.
  static constexpr std::uint64_t in_work_max = 16;

  struct comparison {
    /// Share of the best `depth` that both lists have.
    double overlap{};
    /// Mean score of the candidate's list less that of the one shown.
    double drift{};
    std::chrono::nanoseconds candidate_took{};
  };
  /// False: there are enough in work.
  bool begin();
  void finish(const comparison& seen);
  /// It died on its way.
  void give_up();

  struct figures {
    std::uint64_t compared{};
    std::uint64_t left_out{};
    double overlap{};
    double drift{};
    std::chrono::nanoseconds candidate_median{};
    std::chrono::nanoseconds candidate_p99{};
  };
  figures seen() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t in_work_ = 0;
  std::uint64_t left_out_ = 0;
  double overlap_sum_ = 0;
  double drift_sum_ = 0;
  latency_histogram latencies_;
};

struct model_trial {
  generation_ptr candidate;
  /// shadow or canary.
  rollout_stage stage = rollout_stage::shadow;
  double share = 0;
  std::chrono::steady_clock::time_point since;
  std::shared_ptr<shadow_figures> shadow;
};
using trial_ptr = std::shared_ptr<const model_trial>;

/// Whether this user belongs to the share.
[[nodiscard]] bool takes_part(const model_trial& trial, std::string_view user_id);
/// Whether the candidate answers this user; `trial` may be null.
[[nodiscard]] bool serves_canary(const model_trial* trial, std::string_view user_id);
/// Which of the two answers this user; `trial` may be null.
[[nodiscard]] inline const generation_ptr& model_of_user(const generation_ptr& model, const model_trial* trial,
                                                         std::string_view user_id) {
  return serves_canary(trial, user_id) ? trial->candidate : model;
}

/// Why a model's figures are out of the bounds; nothing = they are within, or too few to tell.
[[nodiscard]] std::optional<std::string> out_of_bounds(const live_guard_options& bounds,
                                                       const live_figures::figures& seen);

/// What a rule makes of a trial.
struct trial_verdict {
  enum class kind { goes_on, promote, abort } what = kind::goes_on;
  /// In words, for the log.
  std::string reason;
};
[[nodiscard]] trial_verdict judge(const model_trial& trial, const rollout_options& rule,
                                  const live_guard_options& bounds, std::chrono::steady_clock::time_point now);

}  // namespace freshet
