// What: what an evaluation found: every model's metrics with their intervals, and how sure the differences are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/evaluation/bootstrap.hpp"
#include "core/evaluation/evaluate.hpp"
#include "core/evaluation/list_quality.hpp"
#include "tools/freshet/evaluation_protocol.hpp"

namespace freshet::tools {

struct measured_metric {
  /// "ndcg@10"
  std::string name;
  double value{};
  /// Nothing for what describes all lists together, or where no resamples were wanted.
  std::optional<interval> likely;
};

struct evaluated_model {
  std::string name;
  /// JSON object.
  std::string params;
  double training_seconds{};
  evaluation_report report;
  std::vector<measured_metric> metrics;
};

struct compared_models {
  /// Numbers of two models of the run; the difference is that of `model` less `with`.
  std::size_t model{};
  std::size_t with{};
  std::string metric;
  paired_difference difference;
};

/// What it is worth to fold in what happened after the split.
struct replayed_model {
  std::string name;
  std::string metric;
  double fresh{};
  double stale{};
  replay_curves curves;
};

struct evaluation_run {
  std::string protocol;
  std::uint64_t seed{};
  /// Identity of what the models learned from and of what they were asked.
  std::string data_hash;
  ideal_gain ideal = ideal_gain::truncated;
  std::size_t cases{};
  std::size_t items{};
  std::optional<unix_seconds> split_time;
  std::vector<evaluated_model> models;
  /// Every model with the first one, metric by metric.
  std::vector<compared_models> compared;
  std::vector<replayed_model> replayed;
};

struct measuring {
  const protocol_data& data;
  const list_judge& judge;
  evaluation_options how;
  bootstrap_options bootstrap;
};

/// hr, recall, ndcg, mrr, map with intervals, then coverage, diversity, novelty, popularity and gini, for each length.
[[nodiscard]] std::vector<measured_metric> measure(const evaluation_report& report, const measuring& with);

[[nodiscard]] std::vector<compared_models> compare_with_first(const std::vector<evaluated_model>& models,
                                                              const measuring& with);

}  // namespace freshet::tools
