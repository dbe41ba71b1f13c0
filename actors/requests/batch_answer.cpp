#include "actors/requests/batch_answer.hpp"

#include <chrono>

namespace freshet {

batch_answer::batch_answer(http::exchange_ptr call, http::batch_query asked)
    : call_(std::move(call)), asked_(std::move(asked)), entries_(asked_.users.size()), left_(asked_.users.size()) {
  for (std::size_t place = 0; place < entries_.size(); ++place) entries_[place].query = &asked_.users[place];
}

void batch_answer::add(std::size_t place, std::string body, bool is_fallback) {
  entries_[place].body = std::move(body);
  entries_[place].is_fallback = is_fallback;
  if (left_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  const auto took = std::chrono::steady_clock::now() - call_->in().arrived;
  call_->answer(http::render_guide_batch(entries_, std::chrono::duration<double, std::milli>(took).count()));
}

}  // namespace freshet
