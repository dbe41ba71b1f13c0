// Handlers of the routes about trainings, and about tasks of any kind.
#include "actors/http/routes.hpp"
#include "core/base/text.hpp"
#include "io/http/problem.hpp"
#include "io/http/training_api.hpp"

namespace freshet {
namespace {

http::response refuse(const error& why, const http::request& in) {
  const unsigned status = why.code == error_code::not_found          ? 404
                          : why.code == error_code::conflict         ? 409
                          : why.code == error_code::invalid_argument ? 422
                                                                     : 503;
  return http::problem(status, why.message, in);
}

void answer(const http::exchange_ptr& call, const train_answer& outcome, unsigned status) {
  call->answer(outcome ? http::render_task(*outcome, status) : refuse(outcome.failure(), call->in()));
}

void unavailable(const http::exchange_ptr& call) {
  call->answer(http::problem(503, "The retrainer does not answer; try again", call->in()));
}

}  // namespace

void start_training(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  auto parsed = http::parse_train(call->in());
  if (auto* problem = std::get_if<http::response>(&parsed)) return call->answer(std::move(*problem));
  const auto order = std::make_shared<train_order>(
      train_order{std::get<http::train_request>(std::move(parsed)), "HTTP from " + call->in().peer});
  self->request(self->state.others->retrainer, caf::infinite, train_order_ptr(order))
      .then([call](const train_answer_ptr& outcome) { answer(call, *outcome, 202); },
            [call](const caf::error&) { unavailable(call); });
}

void list_tasks(frontend_pointer self, http::exchange_ptr call, const http::path_parameters&) {
  call->answer(http::render_tasks(self->state.context.tasks->all()));
}

void show_task(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  const auto found = self->state.context.tasks->find(path.front());
  call->answer(found ? http::render_task(*found)
                     : http::problem(404, "No task " + in_quotes(path.front()), call->in()));
}

void cancel_task(frontend_pointer self, http::exchange_ptr call, const http::path_parameters& path) {
  if (const auto found = self->state.context.tasks->find(path.front()); found && found->kind == "backup") {
    if (found->state != http::task_state::running) {
      const std::string how(to_string(found->state));
      return call->answer(http::problem(409, found->id + " has ended: " + how, call->in()));
    }
    self->state.backup.request_stop();
    return call->answer(http::render_task(*found));
  }
  self->request(self->state.others->retrainer, caf::infinite, cancel_atom::value, path.front())
      .then([call](const train_answer_ptr& outcome) { answer(call, *outcome, 200); },
            [call](const caf::error&) { unavailable(call); });
}

}  // namespace freshet
