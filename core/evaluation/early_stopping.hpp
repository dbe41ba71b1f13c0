// What:    measures a model on held-out cases while it is trained, ends the training when that stops getting better,
//          and keeps the best model.
//              const auto split = split_for_validation(data, {});
//              early_stopping stopping(split.cases, {});
//              auto trained = family.train(*split.rest, completed, {.progress = stopping.watch()});
//              if (trained) trained = stopping.best_or(std::move(*trained));
// Why:     the loss on what a model learns from goes on falling after it has begun to forget what users do next.
// Errors:  none of its own; a training that fails has no best model.
// Threads: called on the thread that trains; measuring takes all threads.
// Limits:  families without iterations are not measured: `best_or` gives back what they made.
// Cost:    a snapshot and an evaluation of all cases at every measurement; memory of a second model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/evaluation/cases.hpp"
#include "core/evaluation/metric_name.hpp"
#include "core/models/training.hpp"

namespace freshet {

struct early_stopping_options {
  metric_name metric;
  /// Iterations from one measurement to the next; the last iteration is always measured. > 0.
  std::uint32_t every = 1;
  /// So many measurements in a row without a new best end the training; 0 = never.
  std::uint32_t patience = 3;
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
};

struct measurement {
  std::uint32_t step{};
  double loss{};
  double value{};
};

class early_stopping {
 public:
  /// `held_out` must outlive this object; the training data holds nothing of what is relevant in it.
  early_stopping(const evaluation_cases& held_out, const early_stopping_options& options);

  /// For training_context::progress, alone or called by a callback that does more: false = stop. This object must
  /// outlive it.
  std::function<bool(const training_progress&)> watch();
  bool observe(const training_progress& done);

  /// In the order of the iterations.
  const std::vector<measurement>& curve() const { return curve_; }
  /// Nothing before the first measurement.
  std::optional<measurement> best() const;
  /// The best model that was measured, else `reached`. To be called once.
  trained_model best_or(trained_model reached);

 private:
  bool is_due(const training_progress& done) const;

  const evaluation_cases& held_out_;
  early_stopping_options options_;
  std::vector<measurement> curve_;
  std::size_t best_ = 0;
  std::optional<trained_model> best_model_;
};

}  // namespace freshet
