#include "core/evaluation/search/search.hpp"

#include <chrono>

namespace freshet {
namespace {

/// The trial with its value, or nothing when it was interrupted.
std::optional<trial> run_trial(const search_space& space, const search_options& options,
                               const std::vector<trial>& before, const trial_objective& objective) {
  const auto started = std::chrono::steady_clock::now();
  trial running{.number = before.size(), .tried = propose(space, before, options.seed, options.sampler)};
  const auto report = [&](const trial_measurement& now, std::uint32_t steps) {
    running.curve.push_back(now);
    if (now.step < steps && options.pruner.is_hopeless(running.curve, steps, before)) {
      running.state = trial_state::pruned;
    }
    return running.state != trial_state::pruned;
  };
  const auto outcome = objective(running.tried, report);
  if (!outcome) return std::nullopt;
  if (!outcome->ok()) {
    running.state = trial_state::failed;
    running.why = outcome->failure().message;
  } else {
    running.value = running.state == trial_state::pruned ? running.curve.back().value : outcome->value();
  }
  running.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return running;
}

}  // namespace

const trial* best_of(const std::vector<trial>& trials) {
  const trial* best = nullptr;
  for (const auto& each : trials) {
    if (each.state == trial_state::complete && (best == nullptr || each.value > best->value)) best = &each;
  }
  return best;
}

status search(const search_space& space, const search_options& options, trial_store& store,
              const trial_objective& objective) {
  while (store.trials().size() < options.trials) {
    auto done = run_trial(space, options, store.trials(), objective);
    if (!done) return success{};
    FRESHET_TRY(store.append(*std::move(done)));
  }
  return success{};
}

}  // namespace freshet
