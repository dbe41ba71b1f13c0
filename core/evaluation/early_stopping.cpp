#include "core/evaluation/early_stopping.hpp"

#include "core/base/check.hpp"
#include "core/evaluation/evaluate.hpp"

namespace freshet {

early_stopping::early_stopping(const evaluation_cases& held_out, const early_stopping_options& options)
    : held_out_(held_out), options_(options) {
  FRESHET_CHECK(options.every > 0 && options.metric.k > 0);
}

std::function<bool(const training_progress&)> early_stopping::watch() {
  return [this](const training_progress& done) { return observe(done); };
}

bool early_stopping::is_due(const training_progress& done) const {
  return done.step % options_.every == 0 || done.step == done.steps;
}

bool early_stopping::observe(const training_progress& done) {
  if (!is_due(done)) return true;
  auto now = done.snapshot();
  const auto report = evaluate(*now.served, held_out_, {.topk = {options_.metric.k}, .threads = options_.threads});
  const double value = report.by_length.front().mean.*options_.metric.value;
  curve_.push_back({done.step, done.loss, value});
  if (!best_model_ || value > curve_[best_].value) {
    best_ = curve_.size() - 1;
    best_model_ = std::move(now);
  }
  return options_.patience == 0 || curve_.size() - 1 - best_ < options_.patience;
}

std::optional<measurement> early_stopping::best() const {
  return curve_.empty() ? std::nullopt : std::optional(curve_[best_]);
}

trained_model early_stopping::best_or(trained_model reached) {
  return best_model_ ? std::move(*best_model_) : std::move(reached);
}

}  // namespace freshet
