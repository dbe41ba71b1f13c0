// What:  the actor that takes every request from the HTTP server: routes it (routes.hpp) to a handler, which parses it
//        (pure functions of io/http), and answers, or hands a typed task on.
// Why:   one place decides who answers what; sessions know no actors and actors no sockets.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "actors/health.hpp"
#include "actors/http/admission.hpp"
#include "actors/ingestion_control.hpp"
#include "actors/interfaces.hpp"
#include "actors/requests/caches.hpp"
#include "actors/requests/online_quality.hpp"
#include "actors/task_list.hpp"
#include "actors/warmth.hpp"
#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "io/http/router.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct frontend_context {
  options settings;
  metrics* measured = nullptr;
  health* ready = nullptr;
  const clock* time = nullptr;
  std::shared_ptr<admission> gate;
  supervisor_actor supervisor;
  /// For what the status shows.
  const event_store* store = nullptr;
  const ingestion_control* ingestion = nullptr;
  /// The name of the log that events come from.
  std::string source;
  /// Begins the orderly end of the process.
  std::function<void(const std::string& reason)> request_stop;
  caches* kept = nullptr;
  user_query_table* users = nullptr;
  warmth* warm = nullptr;
  task_list* tasks = nullptr;
  const online_quality* quality = nullptr;
  std::shared_ptr<const visibility> visible;
};

struct frontend_state {
  static inline const char* name = "frontend";
  frontend_context context;
  http::router routes;
  wiring_ptr others;
  /// The last backup's; asked to end, and waited for, with this actor, because it reads the store.
  std::jthread backup;
  std::shared_ptr<std::atomic<bool>> backing_up = std::make_shared<std::atomic<bool>>(false);
  generation_ptr model;
  trial_ptr trial;
};
frontend_actor::behavior_type make_frontend(frontend_actor::stateful_pointer<frontend_state> self,
                                            frontend_context context);

}  // namespace freshet
