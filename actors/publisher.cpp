#include "actors/publisher.hpp"

#include "actors/publication.hpp"
#include "io/http/items_api.hpp"
#include "io/http/problem.hpp"

namespace freshet {

void publisher::publish_events(const http::exchange_ptr& call) {
  auto parsed = http::parse_events(call->in(), decoder_);
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  const auto work =
      std::make_shared<publication>(call, std::get<http::events_request>(std::move(parsed)), context_.visible);
  const auto& accepted = work->asked().accepted;
  if (accepted.empty()) return work->answer_without_records();
  for (std::size_t index = 0; index < accepted.size(); ++index) {
    context_.sink->append(
        accepted[index].value.user_id, encode(accepted[index].value),
        [work, index](result<event_sink::position> where) { work->delivered(index, std::move(where)); });
  }
}

void publisher::publish_items(const http::exchange_ptr& call) {
  auto parsed = http::parse_items(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  auto& asked = std::get<http::items_request>(parsed);
  const auto numbers = context_.store->put_items(asked.accepted);
  if (!numbers) return call->answer(http::problem(503, numbers.failure().message, call->in()));
  for (std::size_t index = 0; index < asked.accepted.size(); ++index) {
    context_.catalogue->update((*numbers)[index], std::move(asked.accepted[index]));
  }
  call->answer(http::render_items(asked));
}

publisher_actor::behavior_type make_publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                              publisher_context context) {
  self->state.logic = std::make_unique<publisher>(std::move(context));
  return {
      [self](const http::exchange_ptr& call) { self->state.logic->publish_events(call); },
      [self](load_atom, const http::exchange_ptr& call) { self->state.logic->publish_items(call); },
  };
}

}  // namespace freshet
