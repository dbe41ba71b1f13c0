// Handlers of the routes about what all users touch.
#include <memory>
#include <utility>

#include "actors/http/routes.hpp"

namespace freshet {
namespace {

void ask_trend_counter(frontend_pointer self, http::exchange_ptr call, http::parsed<http::popularity_request> parsed) {
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  self->send(self->state.others->trend_counter,
             popularity_task_ptr(std::make_shared<popularity_task>(
                 popularity_task{std::move(call), std::get<http::popularity_request>(std::move(parsed))})));
}

}  // namespace

void list_popular(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_popular(call->in());
  ask_trend_counter(self, std::move(call), std::move(parsed));
}

void list_trending(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_trending(call->in());
  ask_trend_counter(self, std::move(call), std::move(parsed));
}

}  // namespace freshet
