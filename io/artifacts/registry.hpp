// What:   `registry.json` under an artifacts root: which models exist and which one serves.
// Format: spec "Files": current_best {model_id, model_type, version, path, selection_metric, selection_value,
//         selected_at, selected_by, registered_at} or a plain string; models {id: {...}}. What this program does not
//         know is kept as it is. Model id = <type>_<version>, version = YYYYMMDD_vN.
//         Of this program's own: models {id: {activated_at, rolled_back_at}}, from which a rollback knows where to go;
//         {reason} why a model failed; {gate: {metric, candidate, current, current_model_id, min_ratio, cases,
//         held_out_from, current_trained_again}} what it was compared with; {trained_events} how many events there
//         were.
// Writes: under a lock file, temp + fsync + rename, the previous copy kept as registry.json.previous, one line in
//         logs/registry_audit.log: time, action, model, previous model, by whom. Reading a damaged registry is an
//         error; recover_registry puts the previous copy in its place.
// Errors: not_found, conflict (a model that failed), unavailable (the lock is held for ten seconds), corrupted.
// Reads:  version, status, created_at are optional; model_id wins over a stale `path`; relative paths are tried from
//         the working directory, then from the root; <root>/<type>/<version> is the last resort.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/evaluation/quality_gate.hpp"

namespace freshet {

class json_tree;

struct registered_model {
  std::string model_id;
  std::string model_type;
  std::string version;
  /// Resolved directory of the model.
  std::filesystem::path path;
  std::string created_at;  // RFC 3339, empty when the registry has none
  std::string status;      // active, archived, failed
  std::map<std::string, double> metrics;
  std::string hyperparameters;  // JSON object
  /// Why it failed; empty where it did not.
  std::string reason;
  /// What the quality gate compared, a JSON object; empty where it was not asked.
  std::string gate;
  /// Events in the store when it was trained.
  std::optional<std::uint64_t> trained_events;
};

/// Relative to the working directory, where the documents have it.
inline constexpr const char* registry_audit_log = "logs/registry_audit.log";

class registry {
 public:
  /// `root` holds registry.json. No file yet is an empty registry.
  static result<registry> read(const std::filesystem::path& root);
  /// What `read` would give if this were the file's content.
  static result<registry> from(const std::filesystem::path& root, const json_tree& tree);

  const std::vector<registered_model>& models() const { return models_; }
  /// The one that serves, or nothing.
  const std::optional<registered_model>& current() const { return current_; }
  std::optional<registered_model> find(std::string_view model_id) const;

 private:
  std::vector<registered_model> models_;
  std::optional<registered_model> current_;
};

struct registration {
  std::string model_type;
  std::string hyperparameters = "{}";
  std::map<std::string, double> metrics;
  /// Also make it the current one.
  bool activate = true;
  /// Why it may not serve: it is registered as failed. Empty = it may.
  std::string failure;
  std::optional<gate_figures> gate;
  std::optional<std::uint64_t> trained_events;
  std::string selected_by = "freshet train";
  std::filesystem::path audit_log = registry_audit_log;
};

struct recovery {
  /// Stays the current model whatever the previous copy names; empty = what the copy names is current.
  std::string serving;
  std::string by;
  std::filesystem::path audit_log = registry_audit_log;
};
/// Puts registry.json.previous in the place of a registry.json that is damaged, which is kept as registry.json.damaged.
/// Returns the sentence that tells what was done; nothing when the registry reads well, or is not there. Errors:
/// corrupted when the previous copy is of no use either, unavailable while somebody may still be writing (changed
/// within the last two seconds).
[[nodiscard]] result<std::optional<std::string>> recover_registry(const std::filesystem::path& root,
                                                                  const recovery& how, const clock& time);

/// Reserves the next version of today for a type: artifacts go to the returned directory.
struct reserved_version {
  std::string model_id;
  std::string version;
  std::filesystem::path directory;
};
[[nodiscard]] result<reserved_version> reserve_version(const std::filesystem::path& root, std::string_view model_type,
                                                       const clock& time);
[[nodiscard]] status register_model(const std::filesystem::path& root, const reserved_version& model,
                                    const registration& entry, const clock& time);
[[nodiscard]] status activate_model(const std::filesystem::path& root, std::string_view model_id,
                                    std::string_view selected_by, const clock& time,
                                    const std::filesystem::path& audit_log = registry_audit_log);

struct pruning {
  /// So many of the newest models keep their files.
  std::size_t keep = 5;
  /// Ids whose files stay in any case, besides the current model's and that of the one a rollback would select.
  std::vector<std::string> spared;
  std::string by;
};
/// Marks the others as archived and deletes their directories under the root. Returns their ids.
[[nodiscard]] result<std::vector<std::string>> prune_models(
    const std::filesystem::path& root, const pruning& wanted, const clock& time,
    const std::filesystem::path& audit_log = registry_audit_log);
/// Marks a model as put away: no rollback goes to it. Its files stay. Errors: not_found, conflict for the current one.
[[nodiscard]] status archive_model(const std::filesystem::path& root, std::string_view model_id, std::string_view by,
                                   const clock& time, const std::filesystem::path& audit_log = registry_audit_log);

/// Which model `rollback_model` would select: the one that was activated last before the current one, passing over
/// those that failed, are archived, or were rolled back themselves since. Errors: not_found when there is none.
[[nodiscard]] result<std::string> rollback_target(const std::filesystem::path& root);
/// Selects `to`, which rollback_target gave, and marks the current model as rolled back.
[[nodiscard]] status rollback_model(const std::filesystem::path& root, std::string_view to,
                                    std::string_view selected_by, const clock& time,
                                    const std::filesystem::path& audit_log = registry_audit_log);

}  // namespace freshet
