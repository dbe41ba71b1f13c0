#include "actors/recommend_task.hpp"

#include "io/http/problem.hpp"

namespace freshet {

recommend_task::~recommend_task() {
  if (!call) return;
  answer(http::problem(503, "The request could not be worked off; try again", call->in()));
}

void recommend_task::answer(http::response out) {
  if (batch) {
    batch->refuse(std::move(out));
  } else {
    call->answer(std::move(out));
  }
  call.reset();
}

void recommend_task::answer_in_batch(std::string body) {
  batch->add(place_in_batch, std::move(body), !fallback_method.empty());
  call.reset();
}

}  // namespace freshet
