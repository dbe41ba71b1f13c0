#include "actors/retrain_plan.hpp"

namespace freshet {

void retrain_plan::configure(const retrain_options& settings, unix_seconds now) {
  min_new_events_ = settings.min_new_events;
  if (settings.schedule == text_ && (schedule_ || text_.empty())) return;
  text_ = settings.schedule;
  schedule_.reset();
  if (text_.empty()) return;
  if (auto read = schedule::parse(text_)) schedule_ = *std::move(read);
  if (schedule_) next_ = schedule_->next(last_.value_or(now), now);
}

void retrain_plan::ended(unix_seconds now, std::uint64_t events) {
  last_ = now;
  events_ = events;
  if (schedule_) next_ = schedule_->next(now, now);
}

void retrain_plan::serves(unix_seconds trained_at, std::uint64_t events, unix_seconds now) {
  if (last_ && *last_ >= trained_at) return;
  last_ = trained_at;
  events_ = events;
  if (schedule_) next_ = schedule_->next(trained_at, now);
}

std::optional<std::string> retrain_plan::due(unix_seconds now, std::uint64_t events) {
  if (schedule_ && now < asked_) next_ = schedule_->next(now, now);
  asked_ = now;
  if (schedule_ && now >= next_) return "schedule " + text_;
  // Retention takes events away; they are not made up for by new ones.
  if (min_new_events_ > 0 && events >= events_ && events - events_ >= min_new_events_) {
    return std::to_string(events - events_) + " new events";
  }
  return std::nullopt;
}

}  // namespace freshet
