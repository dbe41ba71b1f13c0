// What:   what operators ask and command: GET /v1/models, POST /v1/models/{id}/activate, POST /v1/models/rollback,
//         GET /v1/status, POST /v1/control/{pause,resume,drain}, POST /v1/control/crash/{actor}; pure rendering of
//         plain structs.
// Bodies: models: {current, serving, models: [{model_id, model_type, version, status, created_at, metrics,
//         hyperparameters, current, serving}]}; `current` is what the registry names, `serving` what answers.
//         activation: {status: activated | rolled_back | no_update, previous_model_id, new_model_id, reloaded}.
//         status: {status: serving | draining, version, uptime_seconds, ready, checks, model, ingestion: {paused,
//         source, partitions: [{partition, position, end, lag}], batches_under_way, credits}, store: {users, items,
//         events, dead_letters}, actors: [{name, alive, restarts, mailbox}], trial, online_quality (rollout_api.hpp)}.
//         Lag is null while the end of a partition is not known; a mailbox is how many messages wait. control: {status:
//         paused | running | draining | crashing}.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/events/event_source.hpp"
#include "io/http/rollout_api.hpp"
#include "io/http/service_api.hpp"

namespace freshet::http {

struct listed_model {
  std::string model_id;
  std::string model_type;
  std::string version;
  std::string status;
  std::string created_at;
  std::map<std::string, double> metrics;
  std::string hyperparameters;  // JSON object
};
struct model_list {
  std::vector<listed_model> models;
  /// Ids; empty = none.
  std::string current;
  std::string serving;
};
[[nodiscard]] response render_models(const model_list& list);

struct model_change {
  std::string status;
  std::string previous_model_id;
  std::string new_model_id;
  bool reloaded{};
};
[[nodiscard]] response render_model_change(const model_change& change);

struct service_status {
  service_summary summary;
  bool draining{};
  bool ready{};
  std::vector<readiness_check> checks;
  bool ingestion_paused{};
  /// Name of the log.
  std::string source;
  std::vector<partition_state> partitions;
  /// Batches that are with the updaters, and how many may be.
  struct flow {
    std::uint64_t under_way{};
    std::uint64_t max{};
  } credits;
  struct stored {
    std::uint64_t users{};
    std::uint64_t items{};
    std::uint64_t events{};
    std::uint64_t dead_letters{};
  };
  /// Nothing while the store cannot be read.
  std::optional<stored> store;
  struct actor {
    std::string name;
    bool alive{};
    std::uint64_t restarts{};
    std::uint64_t mailbox{};
  };
  std::vector<actor> actors;
  rollout_summary rollout;
};
[[nodiscard]] response render_status(const service_status& status);

/// 200, or 202 for what only begins with the answer.
[[nodiscard]] response render_control(std::string_view state, unsigned status = 200);

}  // namespace freshet::http
