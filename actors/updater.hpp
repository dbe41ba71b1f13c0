// What:    the actor that owns a share of the users: it folds their full retained history into the query with which
//          the model in service is asked.
// Why:     one writer per user, so a user's snapshot only ever moves forward; a pure function of (model, history), so
//          redelivery and reordering cannot be seen (promise E3).
// When:    users in the table are refreshed as soon as their events are stored, the first few of a batch; whoever comes
//          after them in a large one, or was not asked for lately, is folded in at the next question, which costs about
//          50 us (a bulk import of millions of users then costs hardly a fold-in). After a swap those in the table are
//          folded in again a few at a time, between other work.
// Threads: an actor with a thread of its own, because it reads the store.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "actors/generation/model_trial.hpp"
#include "actors/interfaces.hpp"
#include "config/options.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct updater_context {
  const event_store* store = nullptr;
  const item_catalogue* catalogue = nullptr;
  user_query_table* table = nullptr;
  metrics* measured = nullptr;
  events_options events;
  fallback_options fallback;
};

class updater {
 public:
  explicit updater(updater_context context) : context_(std::move(context)) {}

  /// True when users in the table were folded in with another model.
  bool use(generation_ptr model);
  bool use(trial_ptr trial);
  /// Which of the `updaters` it is.
  void own(std::size_t number, std::size_t updaters) { number_ = number, updaters_ = updaters; }
  /// Folds in again the first touched users that are in the table; the others leave it.
  void refresh(std::span<const std::string> user_ids);
  /// The next few of those that another model was asked for when the last came into service; false = there are no more.
  bool refold();
  /// Computes the query of a request: the user's retained history, plus the history that came with the request.
  struct resolved {
    user_query_ptr user;
    user_interactions told;
  };
  result<resolved> resolve(const http::recommend_query& asked, const generation_ptr& model);
  void forget(std::span<const std::string> user_ids);
  /// The finished answer of GET /v1/users/{id}/events.
  http::response list_events(const user_events_task& task) const;
  /// The finished answer of GET /v1/users/{id}/because/{item}.
  http::response explain(const because_task& task);

 private:
  /// The user's retained history, up to a time where one is given, and what came with a request.
  struct whose {
    const std::string& user_id;
    std::span<const http::history_entry> extra;
    std::optional<unix_seconds> as_of;
  };
  result<resolved> compute(const whose& asked, const generation& model);
  /// The model that answers this user: the only one whose queries are published.
  const generation& serving(std::string_view user_id) const { return *model_of_user(model_, trial_.get(), user_id); }
  bool find_stale();
  /// Adds the history that a request carries; its rows are seen too.
  void add_entries(user_interactions& told, std::span<const http::history_entry> entries, const generation& model,
                   std::vector<item_row>& seen) const;
  const strength_options& strengths_of_types();

  updater_context context_;
  generation_ptr model_;
  trial_ptr trial_;
  std::size_t number_ = 0;
  std::size_t updaters_ = 1;
  /// Users yet to be folded in again.
  std::vector<std::string> stale_;
  std::size_t known_types_ = 0;
  strength_options strengths_;
};

struct updater_state {
  static inline const char* name = "updater";
  std::unique_ptr<updater> logic;
  wiring_ptr others;
};
updater_actor::behavior_type make_updater(updater_actor::stateful_pointer<updater_state> self, updater_context context);

/// Which of `updaters` owns a user.
[[nodiscard]] std::size_t owner_of(std::string_view user_id, std::size_t updaters);

}  // namespace freshet
