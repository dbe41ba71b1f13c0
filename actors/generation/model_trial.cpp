#include "actors/generation/model_trial.hpp"

#include <cstdio>

#include "core/base/hash.hpp"

namespace freshet {
namespace {

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string in_ms(std::chrono::nanoseconds duration) {
  return rounded(std::chrono::duration<double, std::milli>(duration).count()) + " ms";
}

std::optional<std::string> too_slow(const live_guard_options& bounds, std::chrono::nanoseconds p99) {
  if (p99 <= bounds.p99_max) return std::nullopt;
  return "p99 " + in_ms(p99) + " is above " + in_ms(bounds.p99_max);
}

}  // namespace

bool shadow_figures::begin() {
  const std::lock_guard lock(mutex_);
  if (in_work_ >= in_work_max) {
    ++left_out_;
    return false;
  }
  ++in_work_;
  return true;
}

void shadow_figures::finish(const comparison& seen) {
  const std::lock_guard lock(mutex_);
  --in_work_;
  overlap_sum_ += seen.overlap;
  drift_sum_ += seen.drift;
  latencies_.record(seen.candidate_took);
}

void shadow_figures::give_up() {
  const std::lock_guard lock(mutex_);
  --in_work_;
  ++left_out_;
}

shadow_figures::figures shadow_figures::seen() const {
  const std::lock_guard lock(mutex_);
  const auto compared = latencies_.count();
  const double count = compared > 0 ? static_cast<double>(compared) : 1;
  return {.compared = compared,
          .left_out = left_out_,
          .overlap = overlap_sum_ / count,
          .drift = drift_sum_ / count,
          .candidate_median = latencies_.quantile(.5),
          .candidate_p99 = latencies_.quantile(.99)};
}

bool takes_part(const model_trial& trial, std::string_view user_id) {
  const auto drawn = hash64(user_id, hash64(trial.candidate->model_id));
  return static_cast<double>(drawn >> 11) * 0x1.0p-53 < trial.share;
}

bool serves_canary(const model_trial* trial, std::string_view user_id) {
  return trial != nullptr && trial->stage == rollout_stage::canary && !user_id.empty() && takes_part(*trial, user_id);
}

std::optional<std::string> out_of_bounds(const live_guard_options& bounds, const live_figures::figures& seen) {
  if (seen.requests < bounds.requests_min || seen.requests == 0) return std::nullopt;
  if (seen.error_rate() > bounds.error_rate_max) {
    return "error rate " + rounded(seen.error_rate()) + " is above " + rounded(bounds.error_rate_max);
  }
  if (seen.fallback_rate() > bounds.fallback_rate_max) {
    return "fallback rate " + rounded(seen.fallback_rate()) + " is above " + rounded(bounds.fallback_rate_max);
  }
  return too_slow(bounds, seen.p99);
}

trial_verdict judge(const model_trial& trial, const rollout_options& rule, const live_guard_options& bounds,
                    std::chrono::steady_clock::time_point now) {
  using kind = trial_verdict::kind;
  const bool is_canary = trial.stage == rollout_stage::canary;
  const auto live = trial.candidate->live->seen();
  if (is_canary) {
    if (const auto why = out_of_bounds(bounds, live)) return {kind::abort, *why};
  }
  if (rule.promote_after.count() == 0 || now - trial.since < rule.promote_after) return {};
  const auto shadow = trial.shadow->seen();
  const auto tried = is_canary ? live.requests : shadow.compared;
  if (tried < rule.requests_min) return {};
  const std::string in_bounds =
      "in bounds for " + std::to_string(rule.promote_after.count()) + " s and " + std::to_string(tried) + " requests";
  if (is_canary) return {kind::promote, in_bounds};
  if (shadow.overlap < rule.overlap_min) {
    return {kind::abort, "overlap " + rounded(shadow.overlap) + " is below " + rounded(rule.overlap_min)};
  }
  if (const auto why = too_slow(bounds, shadow.candidate_p99)) return {kind::abort, *why};
  return {kind::promote, in_bounds};
}

}  // namespace freshet
