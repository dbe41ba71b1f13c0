// What: every actor's interface on one page, in order of dependency.
// Rule: an actor knows others only through the handles it was given; when the supervisor restarts an actor, it sends
//       the new `wiring` to all.
#pragma once

#include <memory>
#include <vector>

#include "actors/caf.hpp"
#include "actors/messages.hpp"

namespace freshet {

struct wiring;
using wiring_ptr = std::shared_ptr<const wiring>;

}  // namespace freshet

FRESHET_LOCAL_MESSAGE(freshet::wiring_ptr)

namespace freshet {

/// The SCORER ranks one slice of the catalogue, for all waiting requests in one pass.
using scorer_actor = caf::typed_actor<
    // Puts a request into the batch that waits.
    caf::reacts_to<recommend_task_ptr>,
    // Ranks what waits; sent to itself with the first request of a batch.
    caf::reacts_to<flush_atom>>;

/// The UPDATER owns a share of the users (by hash of the id) and is the only one that computes their queries. It reads
/// the store and therefore has a thread of its own.
using updater_actor = caf::typed_actor<
    // A batch changed these users' histories: refresh those in the table.
    caf::reacts_to<touched_users_ptr>,
    // A request whose user (or anonymous history) has no current query: compute it and hand the task on.
    caf::reacts_to<recommend_task_ptr>,
    // Says which of a user's interactions led to an item.
    caf::reacts_to<because_task_ptr>,
    // Lists a user's events.
    caf::reacts_to<user_events_task_ptr>,
    // Forgets users; what it was doing for one of them before is done.
    caf::replies_to<erased_users_ptr>::with<bool>,
    // From now on fold in with this model.
    caf::reacts_to<generation_ptr>,
    // From now on this candidate is tried beside it; null = none.
    caf::reacts_to<trial_ptr>,
    // Folds in again a few of those that another model was asked for; sends itself the next.
    caf::reacts_to<run_atom>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// The RECOMMENDER finds the query of a request's user and sends the task to every scorer; of a small catalogue it
/// ranks most itself.
using recommender_actor = caf::typed_actor<
    // From now on with these settings, as far as they may change while running.
    caf::reacts_to<options_ptr>,
    // A new request, or one that comes back from an updater.
    caf::reacts_to<recommend_task_ptr>,
    // Ranks what waits; sent to itself with the first request of a batch.
    caf::reacts_to<flush_atom>,
    // From now on answer with this model.
    caf::reacts_to<generation_ptr>,
    // From now on this candidate is tried beside it; null = none.
    caf::reacts_to<trial_ptr>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// The PUBLISHER takes events and items that arrive over HTTP, makes them durable and answers.
using publisher_actor = caf::typed_actor<
    // POST /v1/events.
    caf::reacts_to<http::exchange_ptr>,
    // POST /v1/items.
    caf::reacts_to<load_atom, http::exchange_ptr>,
    // PUT, PATCH or DELETE of one item.
    caf::reacts_to<item_task_ptr>>;

/// The LIBRARIAN looks things up in the store. That may take its time, so it has a thread of its own.
using librarian_actor = caf::typed_actor<
    // Shows an item.
    caf::reacts_to<item_task_ptr>,
    // Shows the state of a user, or exports everything there is of one.
    caf::reacts_to<user_task_ptr>,
    // Lists the registered models.
    caf::reacts_to<http::exchange_ptr>,
    // From now on this model is the one in service, and this the candidate; null = none is tried.
    caf::reacts_to<generation_ptr>, caf::reacts_to<trial_ptr>>;

/// The TREND COUNTER knows which items are touched how often by hour and day. It reads all events once, at its start,
/// and therefore has a thread of its own.
using trend_counter_actor = caf::typed_actor<
    // Counts what the store holds, from the beginning; sent to itself at the start.
    caf::replies_to<run_atom>::with<bool>,
    // A batch was applied.
    caf::reacts_to<touched_items_ptr>,
    // What is popular, or trending?
    caf::reacts_to<popularity_task_ptr>>;

/// The CUSTODIAN sees to it that what must go is gone, here and in every file: users who are erased, and what has
/// expired. It waits for disks and for others, and therefore has a thread of its own.
using custodian_actor = caf::typed_actor<
    // Erases users.
    caf::reacts_to<erasure_task_ptr>,
    // From now on with these settings, as far as they may change while running.
    caf::reacts_to<options_ptr>,
    // Removes what has expired; sends itself the next.
    caf::reacts_to<tick_atom>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// The WARMER fills the caches before somebody asks. It waits for answers and therefore has a thread of its own.
using warmer_actor = caf::typed_actor<
    // From now on with these settings, as far as they may change while running.
    caf::reacts_to<options_ptr>,
    // This model is in service from now on: empties what it makes useless, and fills it again as configured.
    caf::reacts_to<generation_ptr>,
    // Fills the caches, unless they are filled already; `true` = in any case.
    caf::replies_to<warmup_atom, bool>::with<warmup_outcome_ptr>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// The INGESTOR is the only consumer of the event source: decodes, applies one batch with its offset, tells the
/// updaters. It polls and therefore has a thread of its own.
using ingestor_actor = caf::typed_actor<
    // One round: poll, apply, tell; sends itself the next.
    caf::reacts_to<run_atom>,
    // Lists the events that were applied last.
    caf::reacts_to<recent_events_task_ptr>,
    // Pauses (true) or resumes; answers when the batch at hand is applied.
    caf::replies_to<pause_atom, bool>::with<bool>,
    // Finishes: what was applied is stored, the source is left.
    caf::replies_to<stop_atom>::with<bool>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// The COURIER delivers stored dead letters to the dead-letter topic.
using courier_actor = caf::typed_actor<
    // One round; sends itself the next.
    caf::reacts_to<run_atom>>;

/// The CONTROL CONSUMER obeys commands that come through Kafka, by the HTTP routes. It polls and waits for answers and
/// therefore has a thread of its own.
using control_consumer_actor = caf::typed_actor<
    // One round; sends itself the next.
    caf::reacts_to<run_atom>,
    // From now on with these keys.
    caf::reacts_to<options_ptr>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// The MODEL LOADER turns a model directory into a generation, off the serving path, in a thread of its own.
using model_loader_actor = caf::typed_actor<
    // Loads and checks what the artifacts name, if that is new.
    caf::replies_to<load_order_ptr>::with<load_outcome_ptr>,
    // The same generation with the items that came since; itself when there are none. `false`: it does not serve.
    caf::replies_to<extend_atom, generation_ptr, bool>::with<generation_ptr>,
    // Checks a registered model and makes the registry name it.
    caf::replies_to<activation_order_ptr>::with<activation_outcome_ptr>>;

/// The SUPERVISOR starts all others, restarts those that die, and swaps models.
using supervisor_actor = caf::typed_actor<
    // From now on with these settings, as far as they may change while running.
    caf::reacts_to<options_ptr>,
    // Looks whether the registry names another model, and swaps to it.
    caf::replies_to<reload_atom>::with<reload_outcome_ptr>,
    // Makes the registry name another model, and swaps to it.
    caf::replies_to<activation_order_ptr>::with<reload_outcome_ptr>,
    // Tries a candidate in shadow or as a canary, promotes it, or ends the trial.
    caf::replies_to<trial_order_ptr>::with<trial_outcome_ptr>,
    // Tells how the actors are.
    caf::replies_to<status_atom>::with<actor_reports_ptr>,
    // Watches the registry; sends itself the next tick.
    caf::reacts_to<tick_atom>,
    // Watches the catalogue for items that came after the model, and the artifacts for changes; sends itself the next.
    caf::reacts_to<extend_atom>,
    // Starts the actor in this place again, after its back-off.
    caf::reacts_to<run_atom, std::string>,
    // Makes the actor in this place die of an exception, for tests; "supervisor" dies itself.
    caf::reacts_to<crash_atom, std::string>,
    // Stops in order: the ingestor first, so that its batch is stored.
    caf::replies_to<stop_atom>::with<bool>>;

/// The RETRAINER trains successors of the model, in a child process, by plan and by command.
using retrainer_actor = caf::typed_actor<
    // From now on with these settings.
    caf::reacts_to<options_ptr>,
    // This model is in service from now on.
    caf::reacts_to<generation_ptr>,
    // From now on this candidate is tried beside it; null = none.
    caf::reacts_to<trial_ptr>,
    // Begins a training.
    caf::replies_to<train_order_ptr>::with<train_answer_ptr>,
    // Users were erased: a training that has read them begins again.
    caf::replies_to<erased_users_ptr>::with<bool>,
    // Ends the training of this task.
    caf::replies_to<cancel_atom, std::string>::with<train_answer_ptr>,
    // Looks whether one is due, and what became of the one that runs; sends itself the next.
    caf::reacts_to<tick_atom>>;

/// The FRONTEND takes requests from the HTTP server, routes and parses them, and answers what needs nobody else.
using frontend_actor = caf::typed_actor<
    // From now on with these settings, as far as they may change while running.
    caf::reacts_to<options_ptr>,
    // A request.
    caf::reacts_to<http::exchange_ptr>,
    // From now on this model is the one in service.
    caf::reacts_to<generation_ptr>,
    // From now on this candidate is tried beside it; null = none.
    caf::reacts_to<trial_ptr>,
    // Answers requests that took too long; sends itself the next tick.
    caf::reacts_to<tick_atom>,
    // The other actors.
    caf::reacts_to<wiring_ptr>>;

/// Who is who, at this moment.
struct wiring {
  std::vector<scorer_actor> scorers;
  std::vector<updater_actor> updaters;
  recommender_actor recommender;
  publisher_actor publisher;
  librarian_actor librarian;
  trend_counter_actor trend_counter;
  custodian_actor custodian;
  ingestor_actor ingestor;
  warmer_actor warmer;
  retrainer_actor retrainer;
  frontend_actor frontend;
};

}  // namespace freshet
