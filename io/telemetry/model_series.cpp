#include "io/telemetry/model_series.hpp"

#include <prometheus/metric_family.h>

#include <utility>

namespace freshet {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;
using labels = std::vector<prometheus::ClientMetric::Label>;

class family_list {
 public:
  void begin(std::string name, std::string help, MetricType type) {
    made_.push_back({std::move(name), std::move(help), type, {}});
  }
  void add(labels with, double value) {
    auto& metric = made_.back().metric.emplace_back();
    metric.label = std::move(with);
    metric.gauge.value = metric.counter.value = value;
  }
  /// Without those that have no series.
  std::vector<MetricFamily> take() {
    std::erase_if(made_, [](const MetricFamily& each) { return each.metric.empty(); });
    return std::move(made_);
  }

 private:
  std::vector<MetricFamily> made_;
};

void add_shown(const std::vector<model_series::shown_lists>& models, family_list& out) {
  const auto add = [&](std::string name, std::string help, auto figure) {
    out.begin(std::move(name), std::move(help), MetricType::Counter);
    for (const auto& each : models) out.add({{"model_id", each.model_id}}, static_cast<double>(figure(each)));
  };
  using lists = model_series::shown_lists;
  add("freshet_shown_lists_total", "Lists that users were shown.", [](const lists& of) { return of.lists; });
  add("freshet_shown_hits_total", "Lists that an event followed up.", [](const lists& of) { return of.hits; });
  add("freshet_shown_reciprocal_ranks_total", "Of 1 / place in the list of what was taken; over the lists: the mean.",
      [](const lists& of) { return of.reciprocal_ranks; });
}

void add_answers(const model_series& models, family_list& out) {
  using answers = model_series::answers;
  std::vector<std::pair<const char*, const answers*>> by_role;
  if (models.current) by_role.emplace_back("current", &*models.current);
  if (models.on_trial) by_role.emplace_back("candidate", &models.on_trial->candidate);
  const auto add = [&](std::string name, std::string help, auto figure) {
    out.begin(std::move(name), std::move(help), MetricType::Counter);
    for (const auto& [role, each] : by_role) {
      out.add({{"model_id", each->model_id}, {"role", role}}, static_cast<double>(figure(*each)));
    }
  };
  add("freshet_model_requests_total", "Answers of the model.", [](const answers& of) { return of.requests; });
  add("freshet_model_errors_total", "Answers of the model with a 5xx status.",
      [](const answers& of) { return of.errors; });
  add("freshet_model_fallbacks_total", "Answers of the model that came from a fallback list.",
      [](const answers& of) { return of.fallbacks; });
  out.begin("freshet_model_latency_seconds", "How long answers of the model took.", MetricType::Gauge);
  for (const auto& [role, each] : by_role) {
    for (const auto& [quantile, took] : {std::pair{"0.5", each->median}, std::pair{"0.99", each->p99}}) {
      out.add({{"model_id", each->model_id}, {"role", role}, {"quantile", quantile}},
              std::chrono::duration<double>(took).count());
    }
  }
}

void add_trial(const model_series::trial& of, family_list& out) {
  const auto add = [&](std::string name, std::string help, MetricType type, double value) {
    out.begin(std::move(name), std::move(help), type);
    out.add({{"model_id", of.candidate.model_id}, {"stage", of.stage}}, value);
  };
  add("freshet_trial_share", "Share of the users that the trial is about.", MetricType::Gauge, of.share);
  if (of.stage != "shadow") return;
  add("freshet_trial_compared_total", "Lists of the shadow compared with those shown.", MetricType::Counter,
      static_cast<double>(of.compared));
  add("freshet_trial_left_out_total", "Lists not compared, because others were in work.", MetricType::Counter,
      static_cast<double>(of.left_out));
  if (of.compared == 0) return;
  add("freshet_trial_overlap", "Share of the ten best that both lists have, mean.", MetricType::Gauge, of.overlap);
  add("freshet_trial_score_drift", "Mean score of the shadow's list less that of the one shown, mean.",
      MetricType::Gauge, of.drift);
}

}  // namespace

std::vector<MetricFamily> families_of(const model_series& models) {
  family_list out;
  add_shown(models.shown, out);
  add_answers(models, out);
  if (models.on_trial) add_trial(*models.on_trial, out);
  return out.take();
}

}  // namespace freshet
