#include "actors/publisher.hpp"

#include "actors/publication.hpp"
#include "actors/stored_item.hpp"
#include "io/http/items_api.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

using enum stored_item::standing;

http::response unavailable(const error& why, const http::request& in) {
  return http::problem(503, why.message, in);
}

}  // namespace

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
  if (!numbers) return call->answer(unavailable(numbers.failure(), call->in()));
  for (std::size_t index = 0; index < asked.accepted.size(); ++index) {
    context_.catalogue->update((*numbers)[index], std::move(asked.accepted[index]));
  }
  call->answer(http::render_items(asked));
}

void publisher::change_item(const http::exchange_ptr& call, const std::string& item_id) {
  const auto& in = call->in();
  switch (in.verb) {
    case http::method::put:
      return call->answer(put_item(in, item_id));
    case http::method::patch:
      return call->answer(patch_item(in, item_id));
    default:
      return call->answer(delete_item(in, item_id));
  }
}

status publisher::store_item(const item& value) {
  FRESHET_ASSIGN(const auto numbers, context_.store->put_items({&value, 1}));
  context_.catalogue->update(numbers.front(), value);
  return success{};
}

http::response publisher::put_item(const http::request& in, const std::string& item_id) {
  auto parsed = http::parse_item(in, item_id);
  if (auto* problem = std::get_if<http::response>(&parsed)) return std::move(*problem);
  const auto known = look_up(*context_.store, item_id);
  if (!known) return unavailable(known.failure(), in);
  const auto& value = std::get<item>(parsed);
  if (const auto stored = store_item(value); !stored) return unavailable(stored.failure(), in);
  return http::render_item(value, known->what != live);
}

http::response publisher::patch_item(const http::request& in, const std::string& item_id) {
  const auto patch = http::parse_item_patch(in);
  if (const auto* problem = std::get_if<http::response>(&patch)) return *problem;
  const auto known = look_up(*context_.store, item_id);
  if (!known) return unavailable(known.failure(), in);
  if (known->what != live) return http::item_not_found(item_id, in);
  auto changed = http::patched_item(known->metadata, std::get<boost::json::object>(patch), in);
  if (auto* problem = std::get_if<http::response>(&changed)) return std::move(*problem);
  const auto& value = std::get<item>(changed);
  if (const auto stored = store_item(value); !stored) return unavailable(stored.failure(), in);
  return http::render_item(value);
}

http::response publisher::delete_item(const http::request& in, const std::string& item_id) {
  const auto known = look_up(*context_.store, item_id);
  if (!known) return unavailable(known.failure(), in);
  if (known->what == unheard_of) return http::item_not_found(item_id, in);
  // Also when it is deleted already: whoever repeats the request because the answer got lost has what was asked for.
  if (const auto removed = context_.store->remove_items({&known->number, 1}); !removed) {
    return unavailable(removed.failure(), in);
  }
  // An item that came with events since the catalogue was filled must be known there to be known as deleted.
  if (!context_.catalogue->view(known->number)) context_.catalogue->update(known->number, known->metadata);
  context_.catalogue->erase(known->number);
  return http::render_item_deleted();
}

publisher_actor::behavior_type make_publisher(publisher_actor::stateful_pointer<publisher_state> self,
                                              publisher_context context) {
  self->state.logic = std::make_unique<publisher>(std::move(context));
  return {
      [self](const http::exchange_ptr& call) { self->state.logic->publish_events(call); },
      [self](load_atom, const http::exchange_ptr& call) { self->state.logic->publish_items(call); },
      [self](const item_task_ptr& task) { self->state.logic->change_item(task->call, task->item_id); },
  };
}

}  // namespace freshet
