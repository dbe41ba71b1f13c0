#include "actors/publication.hpp"

#include "io/http/problem.hpp"

namespace freshet {

publication::publication(http::exchange_ptr call, http::events_request asked, std::shared_ptr<visibility> visible)
    : call_(std::move(call)), asked_(std::move(asked)), visible_(std::move(visible)), left_(asked_.accepted.size()) {}

void publication::delivered(std::size_t index, result<event_sink::position> where) {
  {
    const std::lock_guard lock(mutex_);
    if (where) {
      ++stored_;
      offsets_[where->partition].push_back(where->offset);
    } else {
      failures_.emplace_back(asked_.accepted[index].index, std::move(where).failure());
    }
    if (--left_ > 0) return;
  }
  complete();
}

void publication::answer_without_records() {
  answer(0);
}

/// Nobody else touches the members any more: every record was delivered.
void publication::complete() {
  if (stored_ == 0) {
    call_->answer(http::problem(503, failures_.front().second.message, call_->in()));
    return;
  }
  for (const auto& [index, why] : failures_) {
    asked_.rejected.push_back({index, {rejection_reason::not_stored, why.message}});
  }
  if (asked_.wait_visible) return wait_until_visible();
  answer(std::nullopt);
}

void publication::wait_until_visible() {
  partitions_left_ = offsets_.size();
  for (auto& [partition, offsets] : offsets_) {
    visible_->when_visible(partition, std::move(offsets), [self = shared_from_this()](std::size_t duplicates) {
      self->duplicates_ += duplicates;
      if (--self->partitions_left_ == 0) self->answer(self->duplicates_.load());
    });
  }
}

void publication::answer(std::optional<std::size_t> duplicates) {
  call_->answer(http::render_events(asked_, stored_ - duplicates.value_or(0), duplicates));
}

}  // namespace freshet
