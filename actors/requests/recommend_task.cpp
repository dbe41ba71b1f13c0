#include "actors/requests/recommend_task.hpp"

#include "io/http/problem.hpp"

namespace freshet {

recommend_task::~recommend_task() {
  if (compared_with) shadow->shadow->give_up();
  if (!call) return;
  answer(http::problem(503, "The request could not be worked off; try again", call->in()));
}

void recommend_task::record(bool failed) const {
  if (quiet || !model) return;
  model->live->record({std::chrono::steady_clock::now() - call->in().arrived, failed, !fallback_method.empty()});
}

void recommend_task::answer(http::response out) {
  record(out.status >= 500);
  if (batch) {
    batch->refuse(std::move(out));
  } else {
    call->answer(std::move(out));
  }
  call.reset();
}

void recommend_task::answer_in_batch(std::string body) {
  record(false);
  batch->add(place_in_batch, std::move(body), !fallback_method.empty());
  call.reset();
}

}  // namespace freshet
