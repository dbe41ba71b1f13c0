#include "actors/http/service_summary.hpp"

namespace freshet {

http::service_summary summarize(const frontend_state& state) {
  const auto& settings = state.context.settings;
  http::service_summary summary{.model = std::nullopt,
                                .uptime_seconds = state.context.measured->sums().uptime_seconds,
                                .now = state.context.time->now_seconds(),
                                .flavour = settings.profile,
                                .status_word = settings.api.health_status_word,
                                .expected_model_type = settings.model.type,
                                .reranking_enabled = settings.reranking.enabled};
  if (!state.model || !state.model->trained()) return summary;
  const auto& model = *state.model;
  const auto& scores = model.metadata.scores;
  summary.model =
      http::model_summary{.model_id = model.model_id,
                          .model_type = std::string(model.served->type()),
                          .num_users = model.users(),
                          .num_items = model.items(),
                          .factors = model.served->factors(),
                          .trainable_users = model.users(),
                          .loaded_at = model.loaded_at,
                          .score_range = {scores.min, scores.max, scores.mean, scores.std, scores.p01, scores.p99}};
  return summary;
}

}  // namespace freshet
