// What:    the actor that finds out what the artifacts name and builds the generation that serves it.
// Why:     reading and checking a model takes a second; the supervisor and the serving path must not wait for it.
// Artifacts: a root with registry.json (its current model serves), or one model directory (watched for a new copy), or
//          nothing yet (what is popular so far serves).
// Newcomers: who touched items that the model does not know is read from the histories, before a model takes over from
//          another, after the one that a start begins with.
// Activation: a registered model is loaded and checked before the registry names it, so that a broken one is refused
//          while the registry still names the one that serves.
// Registry: one that is damaged is recovered from its previous copy, loudly; the model that serves stays the current
//          one.
// Errors:  a damaged, truncated or mismatched model is an outcome with a sentence; what serves goes on (promise S2).
// Threads: an actor with a thread of its own.
#pragma once

#include <filesystem>
#include <memory>

#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "io/artifacts/artifact_watch.hpp"
#include "io/process/thread_rank.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

/// Whether arrays of a model lie in the directory itself.
[[nodiscard]] bool holds_a_model(const std::filesystem::path& directory);
struct model_loader_context {
  std::filesystem::path artifacts;
  std::filesystem::path audit_log;
  generation_context generations;
  /// Told which directories to watch; null where nobody watches.
  artifact_watch* watch = nullptr;
  log* journal = nullptr;
  /// A service that leaves waits for no pass over the histories; null where nobody leaves.
  const health* ready = nullptr;
  /// Of its thread from the second load on. The first is what a start waits for.
  thread_rank rank_of_later_loads = thread_rank::equal;
};

class model_loader {
 public:
  explicit model_loader(model_loader_context context)
      : artifacts_(std::move(context.artifacts)),
        audit_log_(std::move(context.audit_log)),
        context_(context.generations),
        watch_(context.watch),
        journal_(context.journal),
        ready_(context.ready) {}

  load_outcome load(const load_order& order);
  /// The same generation with the items that came since.
  generation_ptr extend_by_newcomers(const generation_ptr& base) const;
  /// The same; of a model that does not serve without those whom only their users make known.
  generation_ptr extend_by_items(const generation_ptr& base, bool serves) const {
    return serves ? extend_by_newcomers(base) : extend(base, context_);
  }
  /// The id that the registry names now. Errors: not_found, conflict (not a registry, a failed or broken model), and
  /// the registry's.
  activation_outcome activate(const activation_order& order);
  /// The sentence with files named from the artifacts on: clients may read it, and need not know where those lie.
  std::string named_from_artifacts(std::string sentence) const;

 private:
  /// The model that the artifacts name at this moment.
  struct target {
    std::string model_id;
    std::filesystem::path directory;
    /// Changes when the artifacts do.
    std::string fingerprint;
  };
  /// A model that was read to be checked, for the load that follows: it is not read twice.
  struct checked_model {
    std::string fingerprint;
    loaded_model model;
  };
  result<std::optional<target>> find_target(const std::string& serving_model_id) const;
  result<std::optional<target>> find_candidate(const std::string& model_id) const;
  /// From now on who touches items that this model does not know is noticed.
  void begin_audience(const generation_ptr& base) const;
  status recover(const std::string& serving_model_id) const;
  load_outcome load_popularity(const load_order& order) const;

  std::filesystem::path artifacts_;
  std::filesystem::path audit_log_;
  generation_context context_;
  artifact_watch* watch_;
  log* journal_;
  const health* ready_;
  std::optional<checked_model> checked_;
};

struct model_loader_state {
  static inline const char* name = "model_loader";
  std::unique_ptr<model_loader> logic;
};
model_loader_actor::behavior_type make_model_loader(model_loader_actor::stateful_pointer<model_loader_state> self,
                                                    model_loader_context context);

}  // namespace freshet
