// What:  the actor that takes every request from the HTTP server: routes it, parses it (pure functions of io/http), and
//        answers, or hands a typed task on.
// Why:   one place decides who answers what; sessions know no actors and actors no sockets.
#pragma once

#include <memory>

#include "actors/admission.hpp"
#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "io/http/router.hpp"
#include "io/http/service_api.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct frontend_context {
  options settings;
  metrics* measured = nullptr;
  health* ready = nullptr;
  const clock* time = nullptr;
  std::shared_ptr<admission> gate;
  supervisor_actor supervisor;
};

struct frontend_state {
  static inline const char* name = "frontend";
  frontend_context context;
  http::router routes;
  wiring_ptr others;
  generation_ptr model;
};
frontend_actor::behavior_type make_frontend(frontend_actor::stateful_pointer<frontend_state> self,
                                            frontend_context context);

/// The pattern that a request matches ("/v1/users/{id}/events"), "" when none: the label of its metrics.
[[nodiscard]] std::string_view route_of(const http::request& in);
[[nodiscard]] bool accepts_bulk_body(http::method verb, std::string_view path);

}  // namespace freshet
