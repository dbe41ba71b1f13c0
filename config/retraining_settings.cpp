// The sections retrain, rollout and live_guard.
#include "config/setting_kinds.hpp"
#include "config/setting_sections.hpp"
#include "core/base/schedule.hpp"

namespace freshet {

namespace {

using namespace setting_kinds;

constexpr double million = 1e6;
constexpr double week_seconds = 604'800;

bool is_schedule(std::string_view text) {
  return text.empty() || schedule::parse(text).ok();
}

/// "ndcg@10"; core/evaluation/metric_name.hpp reads it.
bool is_metric(std::string_view text) {
  constexpr std::string_view names[] = {"hr", "recall", "ndcg", "mrr", "map"};
  const auto at = text.find('@');
  if (at == std::string_view::npos || std::ranges::find(names, text.substr(0, at)) == std::end(names)) return false;
  const auto length = parse_number<int>(text.substr(at + 1));
  return length && *length >= 1 && *length <= 1000;
}

}  // namespace

void declare_retraining(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          live(checked_text("retrain.schedule", FRESHET_AT(retrain.schedule), is_schedule,
                            "an interval such as 6h, or five fields as in a crontab (minute hour day month weekday)",
                            "When a successor of the model is trained, in UTC; empty = not by time.")),
          live(number("retrain.min_new_events", FRESHET_AT(retrain.min_new_events), 0, 1e12,
                      "So many events since the last training begin the next; 0 = not by number.")),
          live(text("retrain.model", FRESHET_AT(retrain.model),
                    "Family that is trained; empty = that of the model in service, else model.type.")),
          live(boolean("retrain.warm_start", FRESHET_AT(retrain.warm_start),
                       "Whether training begins with the factors of the model in service, where the family can.")),
          live(
              number("retrain.keep_models", FRESHET_AT(retrain.keep_models), 1, million,
                     "Registered models whose files stay; older ones are archived after a training, never the one that "
                     "serves nor the one before it.")),
          live(number("retrain.memory_limit_mb", FRESHET_AT(retrain.memory_limit_mb), 0, 1e9,
                      "Address space that a training may take; 0 = no limit.")),
          live(number("retrain.time_limit_seconds", FRESHET_AT(retrain.time_limit), 1, week_seconds,
                      "A training that takes longer is ended.")),
          live(number("retrain.nice", FRESHET_AT(retrain.nice), 0, 19,
                      "How far a training steps back behind everything else on the machine.")),
          live(checked_text("retrain.quality_gate.metric", FRESHET_AT(retrain.quality_gate.metric), is_metric,
                            "hr, recall, ndcg, mrr or map with a length, such as ndcg@10",
                            "What a candidate and the model in service are compared by.")),
          live(number("retrain.quality_gate.min_ratio_to_current",
                      FRESHET_AT(retrain.quality_gate.min_ratio_to_current), 0, 10,
                      "A candidate below this part of the current model's figure is refused.")),
          live(number("retrain.quality_gate.held_out_share", FRESHET_AT(retrain.quality_gate.held_out_share), 0.001,
                      0.5, "Newest part of the events that both are asked for and neither may have learnt from.")),
      });
}

void declare_rollout(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          live(choice(
              "rollout.stage", FRESHET_AT(rollout.stage),
              {{"direct", rollout_stage::direct}, {"shadow", rollout_stage::shadow}, {"canary", rollout_stage::canary}},
              "What a retrained model goes through first: direct = nothing, it serves at once; shadow = it "
              "ranks beside the current one, unseen; canary = it serves a part of the users.")),
          live(number("rollout.share", FRESHET_AT(rollout.share), 0.0001, 1,
                      "Share of the users that a shadow or a canary is about.")),
          live(number("rollout.promote_after_seconds", FRESHET_AT(rollout.promote_after), 0, week_seconds,
                      "A candidate whose figures were in bounds for so long is promoted; 0 = by command only.")),
          live(number("rollout.requests_min", FRESHET_AT(rollout.requests_min), 1, 1e9,
                      "So many requests it must have been tried with by then.")),
          live(number("rollout.overlap_min", FRESHET_AT(rollout.overlap_min), 0, 1,
                      "Of a shadow: share of the ten best that it and the current model must have in common by then.")),
          live(number("live_guard.window_seconds", FRESHET_AT(live_guard.window), 0, week_seconds,
                      "So long after a swap a model out of bounds is rolled back; 0 = never.")),
          live(number("live_guard.requests_min", FRESHET_AT(live_guard.requests_min), 1, 1e9,
                      "So many answers of a model tell how it fares; of a canary too.")),
          live(number("live_guard.error_rate_max", FRESHET_AT(live_guard.error_rate_max), 0, 1,
                      "Largest share of its answers that may be errors (5xx).")),
          live(number("live_guard.p99_max_ms", FRESHET_AT(live_guard.p99_max), 1, 86'400'000,
                      "Within so long 99 % of its answers must be ready.")),
          live(number("live_guard.fallback_rate_max", FRESHET_AT(live_guard.fallback_rate_max), 0, 1,
                      "Largest share of its answers that may come from a fallback list.")),
      });
}

setting_family retraining_parameters() {
  const auto set = [](options& o, const std::string& name, std::string_view value) {
    o.retrain.params[name] = value;
    return true;
  };
  return {.prefix = "retrain.params.",
          .kind = setting_kind::text,
          .documentation = "Parameters of the family, such as factors; `freshet train MODEL --params` takes the same.",
          .accepts = "text",
          .set = set,
          .get = [](const options& o) { return o.retrain.params; },
          .take = [](options& o, const options& changed) { o.retrain.params = changed.retrain.params; }};
}

}  // namespace freshet
