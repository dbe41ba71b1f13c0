// What: the payloads that actors send each other: small values, or pointers to what nobody changes any more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/caf.hpp"
#include "actors/generation/generation.hpp"
#include "actors/generation/model_trial.hpp"
#include "actors/requests/recommend_task.hpp"
#include "actors/requests/user_query.hpp"
#include "actors/visibility.hpp"
#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/http/cache_api.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/message.hpp"
#include "io/http/popularity_api.hpp"
#include "io/http/training_api.hpp"

namespace freshet {

/// Users whose history a batch changed, the part that one updater owns. Dies with the work on it: that is how the batch
/// becomes visible. If it was lost with its updater, the users' queries are forgotten before, so that nobody is
/// answered from one that is older than what is visible.
class touched_users {
 public:
  touched_users(std::vector<std::string> user_ids, visibility::share of_batch, user_query_table* table)
      : of_batch_(std::move(of_batch)), user_ids_(std::move(user_ids)), table_(table) {}
  ~touched_users() {
    if (refreshed_ || table_ == nullptr) return;
    for (const auto& each : user_ids_) table_->erase(each);
  }
  touched_users(const touched_users&) = delete;
  touched_users& operator=(const touched_users&) = delete;

  const std::vector<std::string>& user_ids() const { return user_ids_; }
  void refreshed() const { refreshed_ = true; }

 private:
  visibility::share of_batch_;
  std::vector<std::string> user_ids_;
  user_query_table* table_;
  mutable bool refreshed_ = false;
};
using touched_users_ptr = std::shared_ptr<const touched_users>;

/// A request to list a user's events, for the updater that owns the user.
struct user_events_task {
  http::exchange_ptr call;
  std::string user_id;
  http::user_events_request asked;
};
using user_events_task_ptr = std::shared_ptr<const user_events_task>;

/// A request for what was applied last, for the ingestor.
struct recent_events_task {
  http::exchange_ptr call;
  http::recent_events_request asked;
};
using recent_events_task_ptr = std::shared_ptr<const recent_events_task>;

/// A request to say why an item was recommended, for the updater that owns the user.
struct because_task {
  http::exchange_ptr call;
  std::string user_id;
  std::string item_id;
  generation_ptr model;
};
using because_task_ptr = std::shared_ptr<const because_task>;

/// A request about one item.
struct item_task {
  http::exchange_ptr call;
  std::string item_id;
};
using item_task_ptr = std::shared_ptr<const item_task>;

/// A request about one user, for the librarian.
struct user_task {
  enum class question { state, everything };
  http::exchange_ptr call;
  std::string user_id;
  question wanted{};
};
using user_task_ptr = std::shared_ptr<const user_task>;

/// A request to forget users, for the custodian.
struct erasure_task {
  http::exchange_ptr call;
  std::vector<std::string> user_ids;
  /// Of the path; else the body named several.
  bool single = false;
};
using erasure_task_ptr = std::shared_ptr<const erasure_task>;

/// Users who were erased, for whoever remembers some.
struct erased_users {
  std::vector<std::string> user_ids;
};
using erased_users_ptr = std::shared_ptr<const erased_users>;

/// Items that a batch's events touched, and where the batch ends in its log.
struct touched_items {
  std::string source;
  partition_id partition{};
  log_offset next_offset{};
  std::vector<std::pair<item_index, unix_seconds>> touches;
};
using touched_items_ptr = std::shared_ptr<const touched_items>;

/// A request for what is popular or trending.
struct popularity_task {
  http::exchange_ptr call;
  http::popularity_request asked;
};
using popularity_task_ptr = std::shared_ptr<const popularity_task>;

/// Makes the registry name this model, or with an empty id the one that served before.
struct activation_order {
  std::string model_id;
  std::string selected_by;
};
using activation_order_ptr = std::shared_ptr<const activation_order>;

/// What became of an activation: the model's id, or why not.
using activation_outcome = result<std::string>;
using activation_outcome_ptr = std::shared_ptr<const activation_outcome>;

/// Trains a successor of the model in service.
struct train_order {
  http::train_request asked;
  std::string asked_by;
};
using train_order_ptr = std::shared_ptr<const train_order>;

/// The task that was begun or cancelled, or why not.
using train_answer = result<http::task>;
using train_answer_ptr = std::shared_ptr<const train_answer>;

/// Tries a candidate, or ends the trial that runs.
struct trial_order {
  /// renew: the files of the candidate have changed; the trial begins again with them. Without a trial nothing happens.
  enum class kind { begin, promote, abort, renew } what{};
  /// Of `begin`.
  std::string model_id;
  rollout_stage stage = rollout_stage::shadow;
  /// Nothing = as rollout.share says.
  std::optional<double> share;
  std::string by;
};
using trial_order_ptr = std::shared_ptr<const trial_order>;

/// What was done and with which model, or why not.
struct trial_change {
  std::string done;
  std::string model_id;
};
using trial_outcome = result<trial_change>;
using trial_outcome_ptr = std::shared_ptr<const trial_outcome>;

/// How one actor is.
struct actor_report {
  std::string name;
  bool alive = false;
  /// Since the start of the process.
  std::uint64_t restarts{};
  /// Messages in its mailbox.
  std::uint64_t waiting{};
};
using actor_reports = std::vector<actor_report>;
using actor_reports_ptr = std::shared_ptr<const actor_reports>;

/// Looks at the artifacts and loads what they name, unless it is what serves already.
struct load_order {
  std::string serving_model_id;
  /// Of the artifacts that serve, as an earlier outcome gave it.
  std::string serving_fingerprint;
  /// Of the generation to be built.
  std::uint64_t number{};
  /// Loaded already, to be taken where the artifacts name it; null = nothing.
  generation_ptr at_hand;
  std::string at_hand_fingerprint;
  /// Load this registered model instead of the current one; empty = the current one.
  std::string candidate_id;
};
using load_order_ptr = std::shared_ptr<const load_order>;

/// What became of a load order: a generation, or nothing new (both empty), or the reason of a refusal.
struct load_outcome {
  generation_ptr loaded;
  std::string fingerprint;
  std::string refusal;
  error_code refused_as = error_code::conflict;
};
using load_outcome_ptr = std::shared_ptr<const load_outcome>;

/// What became of a reload.
struct reload_outcome {
  enum class kind { reloaded, no_update, refused, not_found, conflict } what{};
  std::string previous_model_id;
  std::string new_model_id;
  /// Why it was not done.
  std::string reason;
};
using reload_outcome_ptr = std::shared_ptr<const reload_outcome>;

/// Settings that were read again.
using options_ptr = std::shared_ptr<const options>;

/// What became of a warm-up.
struct warmup_outcome {
  /// Nothing was needed.
  bool was_warm = false;
  http::precomputed_counts computed;
  double duration_ms = 0;
  /// Why it was not done; empty when it was.
  std::string refusal;
};
using warmup_outcome_ptr = std::shared_ptr<const warmup_outcome>;

}  // namespace freshet

FRESHET_LOCAL_MESSAGE(freshet::http::exchange_ptr)
FRESHET_LOCAL_MESSAGE(freshet::generation_ptr)
FRESHET_LOCAL_MESSAGE(freshet::recommend_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::touched_users_ptr)
FRESHET_LOCAL_MESSAGE(freshet::user_events_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::recent_events_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::because_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::item_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::user_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::erasure_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::erased_users_ptr)
FRESHET_LOCAL_MESSAGE(freshet::touched_items_ptr)
FRESHET_LOCAL_MESSAGE(freshet::popularity_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::activation_order_ptr)
FRESHET_LOCAL_MESSAGE(freshet::activation_outcome_ptr)
FRESHET_LOCAL_MESSAGE(freshet::train_order_ptr)
FRESHET_LOCAL_MESSAGE(freshet::train_answer_ptr)
FRESHET_LOCAL_MESSAGE(freshet::trial_ptr)
FRESHET_LOCAL_MESSAGE(freshet::trial_order_ptr)
FRESHET_LOCAL_MESSAGE(freshet::trial_outcome_ptr)
FRESHET_LOCAL_MESSAGE(freshet::actor_reports_ptr)
FRESHET_LOCAL_MESSAGE(freshet::load_order_ptr)
FRESHET_LOCAL_MESSAGE(freshet::load_outcome_ptr)
FRESHET_LOCAL_MESSAGE(freshet::reload_outcome_ptr)
FRESHET_LOCAL_MESSAGE(freshet::warmup_outcome_ptr)
FRESHET_LOCAL_MESSAGE(freshet::options_ptr)
