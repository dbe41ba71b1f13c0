#include "actors/spawning.hpp"

#include "actors/control_consumer.hpp"
#include "actors/courier.hpp"
#include "actors/custodian.hpp"
#include "actors/http/frontend.hpp"
#include "actors/ingestor.hpp"
#include "actors/librarian.hpp"
#include "actors/model_loader.hpp"
#include "actors/publisher.hpp"
#include "actors/recommender.hpp"
#include "actors/retrainer.hpp"
#include "actors/scorer.hpp"
#include "actors/supervised.hpp"
#include "actors/trend_counter.hpp"
#include "actors/updater.hpp"
#include "actors/warmer.hpp"
#include "actors/workers.hpp"

namespace freshet {
namespace {

/// An actor that blocks gets a thread of its own.
template <thread_rank Rank = thread_rank::equal, class Make, class... Arguments>
auto spawn_apart(caf::actor_system& system, const shared_parts& parts, Make make, Arguments&&... arguments) {
  return parts.one_thread ? spawn_supervised(system, make, std::forward<Arguments>(arguments)...)
                          : spawn_supervised<caf::detached, Rank>(system, make, std::forward<Arguments>(arguments)...);
}

generation_context generations(const shared_parts& parts) {
  const auto& settings = *parts.settings;
  return {
      .store = parts.store,
      .catalogue = parts.catalogue,
      .time = parts.time,
      .slices = scorers_of(settings),
      .content = settings.content,
      .cold_start = {.content = settings.fallback.content_weight, .popularity = settings.fallback.popularity_weight},
      .faiss = settings.faiss,
      .events = settings.events,
      .audience = parts.audience};
}

/// What serves requests.
void add_serving(spawners& start, caf::actor_system& system, const shared_parts& parts) {
  const auto& settings = *parts.settings;
  finisher finish(*parts.catalogue, *parts.kept, *parts.measured, *parts.journal, settings.logging);
  finish.keep_lists(*parts.quality);
  start.scorer = [&system, finish](std::size_t slice) { return spawn_supervised(system, make_scorer, slice, finish); };
  start.updater = [&system, parts] {
    return spawn_apart<thread_rank::yielding>(system, parts, make_updater,
                                              updater_context{.store = parts.store,
                                                              .catalogue = parts.catalogue,
                                                              .table = parts.users,
                                                              .measured = parts.measured,
                                                              .events = parts.settings->events,
                                                              .fallback = parts.settings->fallback});
  };
  start.recommender = [&system, parts, finish] {
    return spawn_supervised(
        system, make_recommender,
        recommender_context{.kept = parts.kept,
                            .catalogue = parts.catalogue,
                            .table = parts.users,
                            .store = parts.store,
                            .time = parts.time,
                            .options = {.reranking = parts.settings->reranking, .fallback = parts.settings->fallback}},
        finish);
  };
  start.librarian = [&system, parts] {
    return spawn_apart<thread_rank::patient>(
        system, parts, make_librarian,
        librarian_context{.store = parts.store,
                          .audit = std::make_shared<audit_log>(parts.settings->logging.dir, *parts.time),
                          .time = parts.time,
                          .artifacts = parts.settings->model.dir,
                          .events = parts.settings->events,
                          .fallback = parts.settings->fallback});
  };
  start.frontend = [&system, parts](supervisor_actor above) {
    return spawn_supervised(system, make_frontend,
                            frontend_context{.settings = *parts.settings,
                                             .measured = parts.measured,
                                             .ready = parts.ready,
                                             .time = parts.time,
                                             .gate = parts.gate,
                                             .supervisor = above,
                                             .store = parts.store,
                                             .ingestion = parts.ingestion,
                                             .source = parts.events->source->name(),
                                             .request_stop = parts.request_stop,
                                             .kept = parts.kept,
                                             .users = parts.users,
                                             .warm = parts.warm,
                                             .tasks = parts.tasks,
                                             .quality = parts.quality,
                                             .visible = parts.visible});
  };
}

/// What takes events and items in.
void add_ingestion(spawners& start, caf::actor_system& system, const shared_parts& parts) {
  start.publisher = [&system, parts] {
    return spawn_apart(system, parts, make_publisher,
                       publisher_context{.sink = parts.events->sink,
                                         .store = parts.store,
                                         .catalogue = parts.catalogue,
                                         .visible = parts.visible,
                                         .time = parts.time});
  };
  start.trend_counter = [&system, parts] {
    return spawn_apart<thread_rank::patient>(system, parts, make_trend_counter,
                                             trend_counter_context{.store = parts.store,
                                                                   .catalogue = parts.catalogue,
                                                                   .time = parts.time,
                                                                   .ready = parts.ready,
                                                                   .journal = parts.journal.get()});
  };
  start.ingestor = [&system, parts] {
    return spawn_apart<thread_rank::patient>(
        system, parts, make_ingestor,
        ingestor_context{
            .store = parts.store,
            .source = parts.events->source,
            .users = parts.users,
            .visible = parts.visible,
            .measured = parts.measured,
            .journal = parts.journal.get(),
            .ready = parts.ready,
            .control = parts.ingestion,
            .audience = parts.audience,
            .time = parts.time,
            .quality = parts.quality,
            .batch_records_max = parts.settings->kafka.batch_records_max,
            .poll_timeout = parts.one_thread ? std::chrono::milliseconds(0) : ingestor_context{}.poll_timeout,
            .sync_every_batch = parts.events->sync_every_batch});
  };
  if (!parts.events->dead_letters) return;
  start.courier = [&system, parts] {
    return spawn_apart(system, parts, make_courier,
                       courier_context{.store = parts.store,
                                       .sink = parts.events->dead_letters,
                                       .kafka = parts.settings->kafka,
                                       .measured = parts.measured,
                                       .journal = parts.journal});
  };
}

/// What brings models into service.
void add_models(spawners& start, caf::actor_system& system, const shared_parts& parts) {
  start.model_loader = [&system, parts] {
    const auto& settings = *parts.settings;
    return spawn_apart(
        system, parts, make_model_loader,
        model_loader_context{.artifacts = settings.model.dir,
                             .audit_log = std::filesystem::path(settings.logging.dir) / "registry_audit.log",
                             .generations = generations(parts),
                             .watch = parts.watch,
                             .journal = parts.journal.get(),
                             .ready = parts.ready,
                             .rank_of_later_loads = parts.one_thread ? thread_rank::equal : thread_rank::behind});
  };
  start.retrainer = [&system, parts](supervisor_actor above) {
    return spawn_apart<thread_rank::patient>(system, parts, make_retrainer,
                                             retrainer_context{.store = parts.store,
                                                               .time = parts.time,
                                                               .measured = parts.measured,
                                                               .journal = parts.journal.get(),
                                                               .tasks = parts.tasks,
                                                               .settings = *parts.settings,
                                                               .supervisor = std::move(above)});
  };
  start.warmer = [&system, parts] {
    return spawn_apart<thread_rank::behind>(system, parts, make_warmer,
                                            warmer_context{.store = parts.store,
                                                           .catalogue = parts.catalogue,
                                                           .kept = parts.kept,
                                                           .users = parts.users,
                                                           .state = parts.warm,
                                                           .journal = parts.journal.get(),
                                                           .ready = parts.ready,
                                                           .warmup = parts.settings->warmup,
                                                           .on_update = parts.settings->hot_reload.on_update});
  };
}

/// What takes commands in that do not come by HTTP.
void add_control(spawners& start, caf::actor_system& system, const shared_parts& parts) {
  if (parts.events->dead_letters == nullptr || parts.settings->kafka.control_topic.empty()) return;
  start.control_consumer = [&system, parts] {
    return spawn_apart(system, parts, make_control_consumer,
                       control_consumer_context{.store = parts.store,
                                                .sink = parts.events->dead_letters,
                                                .kafka = parts.settings->kafka,
                                                .security = parts.settings->security,
                                                .deadline = parts.settings->server.request_deadline,
                                                .time = parts.time,
                                                .measured = parts.measured,
                                                .journal = parts.journal});
  };
}

/// What removes.
void add_custodian(spawners& start, caf::actor_system& system, const shared_parts& parts) {
  start.custodian = [&system, parts](supervisor_actor above) {
    return spawn_apart<thread_rank::patient>(
        system, parts, make_custodian,
        custodian_context{.store = parts.store,
                          .events = parts.events,
                          .audit = std::make_shared<audit_log>(parts.settings->logging.dir, *parts.time),
                          .time = parts.time,
                          .journal = parts.journal.get(),
                          .kept = parts.kept,
                          .users = parts.users,
                          .artifacts = parts.settings->model.dir,
                          .logs = parts.settings->logging.dir,
                          .retention_days = parts.settings->retention.days},
        above);
  };
}

}  // namespace

spawners make_spawners(caf::actor_system& system, const shared_parts& parts) {
  spawners start;
  add_serving(start, system, parts);
  add_ingestion(start, system, parts);
  add_models(start, system, parts);
  add_custodian(start, system, parts);
  add_control(start, system, parts);
  return start;
}

}  // namespace freshet
