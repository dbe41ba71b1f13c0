#include "tools/freshet/evaluation_run.hpp"

#include "core/evaluation/metric_name.hpp"

namespace freshet::tools {
namespace {

/// Columns: the metrics of the first length in the order of `named_metrics`, then those of the second, ...
values_by_user values_of(const evaluation_report& report, const measuring& with) {
  std::vector<std::vector<double>> columns;
  for (const auto k : with.how.topk) {
    const auto metrics = metrics_by_case(report, with.data.cases, k, with.how.ideal);
    for (const auto& named : named_metrics) {
      auto& column = columns.emplace_back();
      for (const auto& each : metrics) column.push_back(each.*named.value);
    }
  }
  return sum_by_user(with.data.cases.cases, columns);
}

void add_quality(std::vector<measured_metric>& metrics, const list_quality& quality, const std::string& suffix) {
  metrics.push_back({"coverage" + suffix, quality.coverage, {}});
  metrics.push_back({"diversity" + suffix, quality.diversity, {}});
  metrics.push_back({"novelty" + suffix, quality.novelty, {}});
  metrics.push_back({"popularity" + suffix, quality.popularity, {}});
  metrics.push_back({"gini" + suffix, quality.gini, {}});
}

}  // namespace

std::vector<measured_metric> measure(const evaluation_report& report, const measuring& with) {
  const auto intervals = bootstrap_means(values_of(report, with), with.bootstrap);
  std::vector<measured_metric> metrics;
  std::size_t column = 0;
  for (const auto& at : report.by_length) {
    const std::string suffix = "@" + std::to_string(at.k);
    for (const auto& named : named_metrics) {
      const auto& likely = intervals[column++];
      metrics.push_back({std::string(named.name) + suffix, at.mean.*named.value,
                         with.bootstrap.resamples > 0 ? std::optional(likely) : std::nullopt});
    }
    add_quality(metrics, with.judge.judge(report.lists, at.k), suffix);
  }
  return metrics;
}

std::vector<compared_models> compare_with_first(const std::vector<evaluated_model>& models, const measuring& with) {
  std::vector<compared_models> compared;
  if (models.size() < 2 || with.bootstrap.resamples == 0) return compared;
  const auto first = values_of(models.front().report, with);
  for (std::size_t other = 1; other < models.size(); ++other) {
    const auto differences = compare_paired(values_of(models[other].report, with), first, with.bootstrap);
    std::size_t column = 0;
    for (const auto k : with.how.topk) {
      for (const auto& named : named_metrics) {
        compared.push_back({other, 0, std::string(named.name) + "@" + std::to_string(k), differences[column++]});
      }
    }
  }
  return compared;
}

}  // namespace freshet::tools
