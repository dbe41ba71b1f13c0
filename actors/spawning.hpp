// What: how each kind of actor is started, and what all of them share.
// Why:  the engine owns what is shared and knows when; this knows who gets what.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "actors/event_log.hpp"
#include "actors/http/admission.hpp"
#include "actors/ingestion_control.hpp"
#include "actors/requests/online_quality.hpp"
#include "actors/supervisor.hpp"
#include "actors/task_list.hpp"
#include "actors/warmth.hpp"
#include "config/options.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

/// What the actors of one service share; outlives them.
struct shared_parts {
  const options* settings = nullptr;
  const clock* time = nullptr;
  metrics* measured = nullptr;
  health* ready = nullptr;
  ingestion_control* ingestion = nullptr;
  std::shared_ptr<log> journal;
  event_store* store = nullptr;
  item_catalogue* catalogue = nullptr;
  newcomer_audience* audience = nullptr;
  caches* kept = nullptr;
  user_query_table* users = nullptr;
  warmth* warm = nullptr;
  task_list* tasks = nullptr;
  online_quality* quality = nullptr;
  const event_log* events = nullptr;
  std::shared_ptr<visibility> visible;
  std::shared_ptr<admission> gate;
  /// Null where changes of the artifacts are not watched.
  artifact_watch* watch = nullptr;
  /// Begins the orderly end of the process.
  std::function<void(const std::string& reason)> request_stop;
  /// Nobody has a thread of their own and nobody waits: for the simulation (tests/simulation), where one thread decides
  /// who is next.
  bool one_thread = false;
};

[[nodiscard]] spawners make_spawners(caf::actor_system& system, const shared_parts& parts);

}  // namespace freshet
