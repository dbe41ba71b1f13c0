// What:    the actor above all others: starts them, restarts those that die, swaps models, stops in order.
// Restart: with a back-off that doubles; more than `restarts_max` restarts of one actor within `restart_window` and
//          the process gives up with a reason (promise D3): whoever runs the process restarts it whole. So it does when
//          the supervisor itself dies.
// Swap:    model_swaps.hpp.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "config/options.hpp"
#include "io/artifacts/artifact_watch.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

/// How to start each kind of actor; the composition root (engine) fills it in.
struct spawners {
  std::function<scorer_actor(std::size_t slice)> scorer;
  std::function<updater_actor()> updater;
  std::function<recommender_actor()> recommender;
  std::function<publisher_actor()> publisher;
  std::function<librarian_actor()> librarian;
  std::function<trend_counter_actor()> trend_counter;
  std::function<custodian_actor(supervisor_actor)> custodian;
  std::function<ingestor_actor()> ingestor;
  std::function<warmer_actor()> warmer;
  /// Empty function = no dead-letter topic.
  std::function<courier_actor()> courier;
  /// Empty function = no commands from Kafka.
  std::function<control_consumer_actor()> control_consumer;
  std::function<model_loader_actor()> model_loader;
  std::function<retrainer_actor(supervisor_actor)> retrainer;
  std::function<frontend_actor(supervisor_actor)> frontend;
};

struct supervisor_context {
  spawners start;
  std::size_t scorers = 1;
  std::size_t updaters = 1;
  supervisor_options restarts;
  hot_reload_options hot_reload;
  rollout_options rollout;
  live_guard_options live_guard;
  /// Tells when to look at the artifacts before the next interval; null = at intervals only.
  artifact_watch* watch = nullptr;
  /// Where the vectors of content come from, to be told: a file, or empty where the items' words are.
  std::string embeddings;
  user_query_table* table = nullptr;
  const item_catalogue* catalogue = nullptr;
  const newcomer_audience* audience = nullptr;
  const clock* time = nullptr;
  metrics* measured = nullptr;
  log* journal = nullptr;
  health* ready = nullptr;
  /// The HTTP server sends requests to the frontend of the newest wiring.
  std::function<void(wiring_ptr)> on_wired;
  /// Called once when an actor cannot be kept alive.
  std::function<void(const std::string& reason)> give_up;
};

/// The model in service and those on their way (model_swaps.hpp).
struct model_swaps {
  generation_ptr model;
  std::string fingerprint;
  std::uint64_t generations = 0;
  bool loading = false;
  /// Generations into which the model loader is taking new items; version of the catalogue whose items they have.
  std::size_t extending = 0;
  std::uint64_t extended_at = 0;
  using listener = std::function<void(const reload_outcome_ptr&)>;
  /// Told by the load in progress.
  std::vector<listener> reloading;
  /// Came while a load was in progress that may have looked before the artifacts changed: told by the next.
  std::vector<listener> waiting_for_reload;

  /// The candidate that is tried beside the model; null = none.
  trial_ptr trial;
  std::string trial_fingerprint;
  /// A rule is having the candidate promoted.
  bool deciding = false;
  /// Until when the figures of the model may take it back; nothing = they do not.
  std::optional<std::chrono::steady_clock::time_point> guarded_until;
};

struct supervisor_state {
  static inline const char* name = "supervisor";

  supervisor_state() = default;
  /// Nobody lives on without a supervisor, however it ended.
  ~supervisor_state();
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;

  /// One actor's post, which it can die on and be replaced.
  struct place {
    /// Starts the actor and enters it into the wiring.
    std::function<caf::strong_actor_ptr()> start;
    caf::actor_addr occupant;
    std::deque<std::chrono::steady_clock::time_point> restarts;
    std::chrono::milliseconds backoff{0};
    std::uint64_t restarts_ever = 0;
    bool alive = false;
  };

  supervisor_context context;
  std::map<std::string, place> places;
  wiring crew;
  model_loader_actor model_loader;
  courier_actor courier;
  control_consumer_actor control_consumer;

  model_swaps swaps;
  /// As they were read again; null = as everybody got them at the start.
  options_ptr settings;
  bool stopping = false;
};
supervisor_actor::behavior_type make_supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
                                                supervisor_context context);

}  // namespace freshet
