// What:    the actor that trains successors of the model: begins when the plan (retrain_plan.hpp) or a command says so,
//          runs `freshet train --register --gate --no-activate` in a child process, and hands what passed the quality
//          gate to the supervisor.
// Why:     training takes all memory and cores it is given and may crash; none of that may touch what serves. A child
//          that crashes, is killed, or runs out of time or memory changes nothing but its task. With this process, or
//          its thread, the child is killed too; what it had begun to save is removed at the next start.
// Snapshot: the child reads the store as a secondary instance, which stands still while it reads.
// Cancel:  SIGTERM, and SIGKILL where that is not heeded within `patience`.
// Threads: an actor with a thread of its own: it starts processes and reads their pipes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "actors/interfaces.hpp"
#include "actors/retrain_plan.hpp"
#include "actors/task_list.hpp"
#include "config/options.hpp"
#include "io/process/child_process.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct retrainer_context {
  const event_store* store = nullptr;
  const clock* time = nullptr;
  metrics* measured = nullptr;
  log* journal = nullptr;
  task_list* tasks = nullptr;
  options settings;
  supervisor_actor supervisor;
  std::string program = child_process::this_program();
};

class retrainer {
 public:
  static constexpr std::chrono::seconds patience{10};

  explicit retrainer(retrainer_context context);

  void configure(const options& changed);
  /// Another model serves: its training is what the next is counted from.
  void use(const generation_ptr& model);
  /// The files of a model on trial stay.
  void use(const trial_ptr& trial) { on_trial_ = trial ? trial->candidate->model_id : ""; }
  /// Begins a training. Errors: conflict while one runs, or where model.dir has no place for another model;
  /// invalid_argument for a family that there is not.
  train_answer begin(const http::train_request& asked, const std::string& asked_by);
  /// A training that runs has read who was erased meanwhile: it begins again, as the same task; one that is ending is
  /// ended at once.
  void begin_anew();
  /// Errors: not_found, conflict for a task that does not run.
  train_answer cancel(const std::string& task_id);
  /// Looks whether one is due, and what became of the one that runs. The model that is to serve, when one was made.
  std::optional<std::string> look();
  /// What became of a model that `look` returned: it serves, or is tried first; or why not.
  void handed_over(const result<std::string>& outcome);
  rollout_stage first_stage() const { return context_.settings.rollout.stage; }
  const supervisor_actor& supervisor() const { return context_.supervisor; }
  /// Whether a trained model serves.
  bool has_model() const { return generation_ != 0; }
  bool is_busy() const { return running_.has_value(); }

 private:
  struct training {
    std::string task_id;
    std::string family;
    http::train_request asked;
    child_process child;
    std::chrono::steady_clock::time_point started;
    /// Of the last line with an outcome: registered, refused, or none yet.
    std::string outcome;
    std::string last_words;
    bool cancelled = false;
    /// It was asked to end, because it was cancelled or took too long.
    std::optional<std::chrono::steady_clock::time_point> kill_at;
    /// The child has ended; the supervisor is asked to let the model serve.
    bool handed_over = false;
  };
  std::vector<std::string> command_line(const http::train_request& asked, const std::string& family) const;
  void count_from_model_in_service();
  void hear();
  void hear_line(const std::string& line);
  void ask_to_end(training& run);
  void conclude_ended_by_us();
  void conclude(http::task_state state, const std::string& reason);
  std::optional<std::string> after_its_end(const child_process::ending& how);
  void prune();

  retrainer_context context_;
  std::shared_ptr<log> training_log_;
  retrain_plan plan_;
  std::uint64_t generation_ = 0;
  std::string on_trial_;
  std::optional<training> running_;
};

struct retrainer_state {
  static inline const char* name = "retrainer";
  std::unique_ptr<retrainer> logic;
};
retrainer_actor::behavior_type make_retrainer(retrainer_actor::stateful_pointer<retrainer_state> self,
                                              retrainer_context context);

}  // namespace freshet
