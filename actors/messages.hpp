// What: the payloads that actors send each other: small values, or pointers to what nobody changes any more.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/caf.hpp"
#include "actors/generation.hpp"
#include "actors/recommend_task.hpp"
#include "actors/visibility.hpp"
#include "core/base/result.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/message.hpp"

namespace freshet {

/// Users whose history a batch changed, the part that one updater owns.
struct touched_users {
  std::vector<std::string> user_ids;
  /// Dies with the message: that is how the batch becomes visible.
  visibility::share of_batch;
};
using touched_users_ptr = std::shared_ptr<const touched_users>;

/// A request to list a user's events, for the updater that owns the user.
struct user_events_task {
  http::exchange_ptr call;
  std::string user_id;
  http::user_events_request asked;
};
using user_events_task_ptr = std::shared_ptr<const user_events_task>;

/// A request to say why an item was recommended, for the updater that owns the user.
struct because_task {
  http::exchange_ptr call;
  std::string user_id;
  std::string item_id;
  generation_ptr model;
};
using because_task_ptr = std::shared_ptr<const because_task>;

/// Looks at the artifacts and loads what they name, unless it is what serves already.
struct load_order {
  std::string serving_model_id;
  /// Of the artifacts that serve, as an earlier outcome gave it.
  std::string serving_fingerprint;
  /// Of the generation to be built.
  std::uint64_t number{};
};
using load_order_ptr = std::shared_ptr<const load_order>;

/// What became of a load order: a generation, or nothing new (both empty), or the reason of a refusal.
struct load_outcome {
  generation_ptr loaded;
  std::string fingerprint;
  std::string refusal;
};
using load_outcome_ptr = std::shared_ptr<const load_outcome>;

/// What became of a reload.
struct reload_outcome {
  enum class kind { reloaded, no_update, refused } what{};
  std::string previous_model_id;
  std::string new_model_id;
  /// Why it was refused.
  std::string reason;
};
using reload_outcome_ptr = std::shared_ptr<const reload_outcome>;

}  // namespace freshet

FRESHET_LOCAL_MESSAGE(freshet::http::exchange_ptr)
FRESHET_LOCAL_MESSAGE(freshet::generation_ptr)
FRESHET_LOCAL_MESSAGE(freshet::recommend_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::touched_users_ptr)
FRESHET_LOCAL_MESSAGE(freshet::user_events_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::because_task_ptr)
FRESHET_LOCAL_MESSAGE(freshet::load_order_ptr)
FRESHET_LOCAL_MESSAGE(freshet::load_outcome_ptr)
FRESHET_LOCAL_MESSAGE(freshet::reload_outcome_ptr)
