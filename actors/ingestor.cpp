#include "actors/ingestor.hpp"

#include <algorithm>

#include "actors/updater.hpp"
#include "io/http/problem.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

constexpr auto backoff_min = 100ms;
constexpr auto backoff_max = 5'000ms;
constexpr auto close_deadline = 5'000ms;
/// How often a paused ingestor looks whether it may go on.
constexpr auto pause_interval = 50ms;

/// What makes a record one event, however often it comes: its event id, else its place in the log together with its
/// mark, because a topic that is made anew counts its offsets from 0 again.
std::string identity_of(const event& value, const std::string& source, partition_id partition, const record& from) {
  if (!value.event_id.empty()) return "id:" + value.event_id;
  return "at:" + source + "/" + std::to_string(to_integer(partition)) + "/" + std::to_string(from.offset) + "/" +
         std::to_string(mark_of(from).hash);
}

}  // namespace

struct ingestor::work {
  ingest_batch batch;
  /// Of batch.events[i].
  std::vector<std::int64_t> accepted_ms;
  std::size_t records = 0;
};

ingestor::ingestor(ingestor_context context) : context_(std::move(context)), decoder_(*context_.time) {
  // Its predecessor may have died between storing a batch and telling of it.
  if (context_.audience != nullptr) context_.audience->doubt();
}

ingestor::~ingestor() {
  close();
}

status ingestor::join() {
  if (joined_) return success{};
  FRESHET_TRY(context_.source->open([this](partition_id partition) { return stored_position_of(partition); }));
  joined_ = true;
  return success{};
}

std::optional<stored_position> ingestor::stored_position_of(partition_id partition) {
  const auto name = context_.source->name();
  const auto next = context_.store->position(name, partition);
  if (!next) return std::nullopt;
  context_.visible->start_at(partition, *next);
  const auto last = context_.store->last_record(name, partition);
  if (!last) context_.journal->warning("a log that was made anew may not be noticed: " + last.failure().message);
  return stored_position(*next, last ? *last : std::nullopt);
}

void ingestor::report_losses() {
  const auto losses = context_.source->losses();
  while (context_.control->losses_reported() < losses.size()) {
    const auto& loss = losses[context_.control->losses_reported()];
    context_.control->loss_reported();
    context_.measured->data_lost(to_integer(loss.partition));
    context_.journal->failure("data loss: " + loss.sentence);
    // It stays to be seen; under policy `halt` the source's obstacle keeps the service from being ready besides.
    context_.ready->pass("data_loss", std::to_string(losses.size()) + " since the start, the last: " + loss.sentence);
    if (!loss.went_on_at) continue;
    context_.visible->restart_at(loss.partition, *loss.went_on_at);
    recount_ = true;
  }
}

void ingestor::report_health() {
  if (const auto obstacle = context_.source->obstacle()) {
    context_.ready->degrade("ingestion", *obstacle);
  } else {
    context_.ready->pass("ingestion");
  }
}

std::optional<ingestor::touched> ingestor::round() {
  pause_ = 0ms;
  // What was polled already is applied first: a pause falls between two batches.
  if (work_) return apply();
  if (context_.control->paused()) {
    context_.ready->pass("ingestion", "paused by command");
    // How far behind it falls meanwhile.
    if (joined_) report_progress();
    pause_ = pause_interval;
    return std::nullopt;
  }
  if (const auto opened = join(); !opened) {
    failed(opened.failure());
    return std::nullopt;
  }
  if (!context_.visible->wait_for_credit(context_.poll_timeout)) return std::nullopt;
  auto polled = context_.source->poll(context_.batch_records_max, context_.poll_timeout);
  report_losses();
  if (!polled) {
    failed(polled.failure());
    return std::nullopt;
  }
  if (polled->records.empty() && polled->next_offset < 0) {
    report_progress();
    // Nothing to write; a store that would refuse shows all the same, and recovers.
    if (const auto well = context_.store->recover(); !well) {
      stalled(well.failure());
      return std::nullopt;
    }
    context_.measured->store_stalled(false);
    backoff_ = 0ms;
    report_health();
    return std::nullopt;
  }
  decode(*polled);
  return apply();
}

void ingestor::report_progress() {
  auto partitions = context_.source->state();
  for (const auto& each : partitions) {
    if (each.end >= 0) context_.measured->lag(to_integer(each.partition), each.end - each.position);
  }
  context_.control->reached(std::move(partitions));
}

void ingestor::decode(const record_batch& polled) {
  work_ = std::make_unique<work>();
  work_->records = polled.records.size();
  const auto last = polled.records.empty() ? std::nullopt : std::optional(mark_of(polled.records.back()));
  work_->batch.positions.push_back({context_.source->name(), polled.partition, polled.next_offset, last});
  for (const auto& each : polled.records) {
    auto decoded = decoder_.decode(each.value, each.headers);
    if (auto* value = std::get_if<event>(&decoded)) {
      auto identity = identity_of(*value, context_.source->name(), polled.partition, each);
      work_->batch.events.push_back({std::move(*value), std::move(identity), each.offset});
      work_->accepted_ms.push_back(each.timestamp_ms);
    } else {
      const auto& why = std::get<rejection>(decoded);
      work_->batch.dead_letters.push_back({.source = context_.source->name(),
                                           .partition = polled.partition,
                                           .offset = each.offset,
                                           .reason = std::string(to_string(why.reason)),
                                           .message = why.message,
                                           .key = each.key,
                                           .bytes = each.value,
                                           .headers = each.headers});
    }
  }
}

std::optional<ingestor::touched> ingestor::apply() {
  auto applied = context_.store->apply(work_->batch, context_.sync_every_batch);
  if (!applied) {
    stalled(applied.failure());
    return std::nullopt;
  }
  backoff_ = 0ms;
  const auto done = std::move(work_);
  const auto& position = done->batch.positions.front();
  applied_batch reached{
      .partition = position.partition, .next_offset = position.next_offset, .duplicates = {}, .accepted_ms = {}};
  touched users;
  users.recount = std::exchange(recount_, false);
  users.items = std::make_shared<touched_items>(
      touched_items{position.source, position.partition, position.next_offset, touches_of(*done, *applied)});
  notice_newcomers(*done, *applied);
  remember(*done, *applied);
  for (std::size_t index = 0; index < done->batch.events.size(); ++index) {
    if (applied->was_duplicate[index]) {
      reached.duplicates.push_back(done->batch.events[index].offset);
    } else {
      users.user_ids.push_back(std::move(done->batch.events[index].value.user_id));
      reached.accepted_ms.push_back(done->accepted_ms[index]);
    }
  }
  std::sort(users.user_ids.begin(), users.user_ids.end());
  users.user_ids.erase(std::unique(users.user_ids.begin(), users.user_ids.end()), users.user_ids.end());
  users.of_batch = context_.visible->open(std::move(reached));

  context_.source->commit_hint(position.partition, position.next_offset);
  // Not before: what is shown as the position is in the store.
  report_progress();
  context_.measured->events_consumed(done->records);
  context_.measured->events_applied(applied->applied);
  context_.measured->events_duplicate(applied->duplicates);
  for (std::size_t left = applied->dropped; left > 0; --left) context_.measured->event_rejected("erased_or_expired");
  for (const auto& letter : done->batch.dead_letters) context_.measured->event_rejected(letter.reason);
  context_.measured->store_stalled(false);
  report_health();
  return users;
}

void ingestor::remember(const work& done, const ingest_outcome& applied) {
  const auto& events = done.batch.events;
  // The last of the batch are enough; found from behind, remembered from the front.
  std::size_t first = events.size();
  for (std::size_t found = 0; first > 0 && found < http::recent_events_max; --first) {
    if (!applied.was_duplicate[first - 1]) ++found;
  }
  const auto partition = done.batch.positions.front().partition;
  for (std::size_t index = first; index < events.size(); ++index) {
    if (applied.was_duplicate[index]) continue;
    // In memory since the batch was applied.
    const auto user = context_.store->find_user(events[index].value.user_id);
    const auto item = context_.store->find_item(events[index].value.item_id);
    if (!user || !*user || !item || !*item) continue;
    recent_.add({**user, **item, events[index].value.ts, partition, events[index].offset, done.accepted_ms[index]});
  }
}

http::response ingestor::list_recent(const recent_events_task& task) const {
  const auto found = recent_.newest(*context_.store, task.asked.limit);
  return found ? http::render_recent_events(*found) : http::problem(503, found.failure().message, task.call->in());
}

void ingestor::notice_newcomers(const work& done, const ingest_outcome& applied) const {
  const auto known = context_.audience == nullptr ? nullptr : context_.audience->rows();
  if (!known) return;
  for (std::size_t index = 0; index < done.batch.events.size(); ++index) {
    const auto& value = done.batch.events[index].value;
    if (applied.was_duplicate[index] || value.qty <= 0) continue;
    const auto item = context_.store->find_item(value.item_id);
    if (!item || !*item || has_row(*known, **item)) continue;
    const auto user = context_.store->find_user(value.user_id);
    if (user && *user) context_.audience->add(**item, **user);
  }
}

/// Returns are no sign of demand.
std::vector<std::pair<item_index, unix_seconds>> ingestor::touches_of(const work& done,
                                                                      const ingest_outcome& applied) const {
  std::vector<std::pair<item_index, unix_seconds>> touches;
  touches.reserve(applied.applied);
  const auto now = context_.time->now_seconds();
  for (std::size_t index = 0; index < done.batch.events.size(); ++index) {
    const auto& value = done.batch.events[index].value;
    if (applied.was_duplicate[index] || value.qty <= 0) continue;
    // In memory since the batch was applied.
    const auto number = context_.store->find_item(value.item_id);
    if (!number || !*number) continue;
    touches.emplace_back(**number, std::min(value.ts, now));
    if (context_.quality != nullptr && !value.recommendation_id.empty()) {
      context_.quality->acted(value.recommendation_id, **number);
    }
  }
  return touches;
}

void ingestor::stalled(const error& why) {
  context_.measured->store_stalled(true);
  failed(why);
}

void ingestor::failed(const error& why) {
  // Who never got as far as the log may be configured wrongly: that shows best before traffic comes.
  if (joined_) {
    context_.ready->degrade("ingestion", why.message);
  } else {
    context_.ready->fail("ingestion", why.message);
  }
  if (backoff_ == 0ms) context_.journal->failure("ingestion paused: " + why.message);
  backoff_ = std::clamp(backoff_ * 2, std::chrono::milliseconds(backoff_min), std::chrono::milliseconds(backoff_max));
  pause_ = backoff_;
}

void ingestor::pause_by_command(bool wanted) {
  if (wanted == context_.control->paused()) return;
  if (wanted) {
    context_.control->pause();
    context_.ready->pass("ingestion", "paused by command");
  } else {
    context_.control->resume();
    context_.ready->pass("ingestion");
  }
  context_.journal->info(wanted ? "ingestion paused by command" : "ingestion resumed by command");
}

void ingestor::close() {
  if (!joined_) return;
  joined_ = false;
  context_.source->close(close_deadline);
}

ingestor_actor::behavior_type make_ingestor(ingestor_actor::stateful_pointer<ingestor_state> self,
                                            ingestor_context context) {
  auto* const users = context.users;
  self->state.logic = std::make_unique<ingestor>(std::move(context));
  return {
      [self, users](run_atom) {
        auto& state = self->state;
        if (!state.logic) return;
        // Nobody to tell yet: the wiring starts the rounds.
        if (auto changed = state.logic->round(); changed && state.others) {
          const auto& updaters = state.others->updaters;
          std::vector<std::vector<std::string>> shares(updaters.size());
          for (auto& user_id : changed->user_ids) {
            shares[owner_of(user_id, updaters.size())].push_back(std::move(user_id));
          }
          for (std::size_t owner = 0; owner < updaters.size(); ++owner) {
            if (shares[owner].empty()) continue;
            self->send(updaters[owner], touched_users_ptr(std::make_shared<touched_users>(std::move(shares[owner]),
                                                                                          changed->of_batch, users)));
          }
          self->send(state.others->trend_counter, std::move(changed->items));
          if (changed->recount) caf::anon_send(state.others->trend_counter, run_atom::value);
        }
        const auto pause = state.logic->pause();
        if (pause.count() == 0) return self->send(self, run_atom::value);
        self->delayed_send(self, pause, run_atom::value);
      },
      [self](const recent_events_task_ptr& task) {
        // Once it has stopped the request dies here, which answers it.
        if (self->state.logic) task->call->answer(self->state.logic->list_recent(*task));
      },
      [self](pause_atom, bool wanted) {
        if (self->state.logic) self->state.logic->pause_by_command(wanted);
        return wanted;
      },
      [self](stop_atom) {
        self->state.logic.reset();
        self->quit(stopped);
        return true;
      },
      [self](wiring_ptr& others) {
        auto& known = self->state.others;
        if (!known) self->send(self, run_atom::value);
        // A new trend counter missed what was sent to the one before it since it counted.
        if (known && known->trend_counter != others->trend_counter)
          caf::anon_send(others->trend_counter, run_atom::value);
        known = std::move(others);
      },
  };
}

}  // namespace freshet
