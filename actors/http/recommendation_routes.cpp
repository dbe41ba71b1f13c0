// Handlers of the routes that answer lists, on the three surfaces.
#include <utility>

#include "actors/http/routes.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet {
namespace {

/// Hands a parsed query on to the recommender, or answers the problem that parsing found.
template <class Query>
void ask_recommender(frontend_pointer self, http::exchange_ptr call, http::parsed<Query> parsed) {
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  auto task = std::make_shared<recommend_task>(std::move(call), std::get<Query>(std::move(parsed)));
  self->send(self->state.others->recommender, std::move(task));
}

}  // namespace

void lite_recommend(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_lite_recommend(call->in(), self->state.context.settings.api.max_recommendations);
  ask_recommender(self, std::move(call), std::move(parsed));
}

void lite_similar_items(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_lite_similar(call->in(), self->state.context.settings.api.max_recommendations);
  ask_recommender(self, std::move(call), std::move(parsed));
}

void guide_recommend(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_guide_recommend(call->in());
  ask_recommender(self, std::move(call), std::move(parsed));
}

void v1_recommend(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_v1_recommend(call->in());
  ask_recommender(self, std::move(call), std::move(parsed));
}

void guide_batch_recommend(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_guide_batch(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  const auto batch = std::make_shared<batch_answer>(std::move(call), std::get<http::batch_query>(std::move(parsed)));
  for (std::size_t place = 0; place < batch->asked().users.size(); ++place) {
    // From nobody, so that the pool works it off: a hundred lists would keep the thread that reads requests busy.
    caf::anon_send(self->state.others->recommender, std::make_shared<recommend_task>(batch, place));
  }
}

void guide_similar_items(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_guide_similar(call->in());
  ask_recommender(self, std::move(call), std::move(parsed));
}

void v1_rank(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_v1_rank(call->in());
  ask_recommender(self, std::move(call), std::move(parsed));
}

void v1_similar_items(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  auto parsed = http::parse_v1_similar(call->in(), path.front());
  ask_recommender(self, std::move(call), std::move(parsed));
}

}  // namespace freshet
