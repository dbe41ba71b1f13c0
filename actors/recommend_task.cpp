#include "actors/recommend_task.hpp"

#include "io/http/problem.hpp"

namespace freshet {

recommend_task::~recommend_task() {
  if (!call) return;
  call->answer(http::problem(503, "The request could not be worked off; try again", call->in()));
}

void recommend_task::answer(http::response out) {
  call->answer(std::move(out));
  call.reset();
}

}  // namespace freshet
