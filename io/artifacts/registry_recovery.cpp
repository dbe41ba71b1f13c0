// How a damaged registry.json becomes whole again.
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/registry.hpp"
#include "io/artifacts/registry_audit.hpp"
#include "io/artifacts/registry_file.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

/// Whoever copies a registry over this one writes it piece by piece.
constexpr auto writing_for_at_most = std::chrono::seconds(2);

bool may_be_written_now(const std::filesystem::path& path) {
  std::error_code unknown;
  const auto changed = std::filesystem::last_write_time(path, unknown);
  if (unknown) return false;
  const auto age = std::filesystem::file_time_type::clock::now() - changed;
  return age >= std::chrono::seconds(0) && age < writing_for_at_most;
}

/// Why the registry is no use, or nothing.
std::optional<error> damage_of(const std::filesystem::path& root) {
  auto read = registry::read(root);
  if (read || read.failure().code != error_code::corrupted) return std::nullopt;
  return std::move(read).failure();
}

result<json_tree> previous_copy(const std::filesystem::path& root) {
  FRESHET_ASSIGN(const std::string text, read_file(previous_registry_file(root)));
  FRESHET_ASSIGN(json_tree tree, parse_json(text));
  FRESHET_TRY(registry::from(root, tree));
  return tree;
}

/// The copy may be from before the serving model was registered.
void keep_current(json_tree& tree, const std::string& serving) {
  if (tree.find("models") == nullptr) tree.set("models", json_tree::of_object());
  json_tree& models = *tree.find("models");
  if (models.find(serving) == nullptr) models.set(serving, json_tree::of_object());
  tree.set("current_best", json_tree::of_text(serving));
}

}  // namespace

result<std::optional<std::string>> recover_registry(const std::filesystem::path& root, const recovery& how,
                                                    const clock& time) {
  if (!damage_of(root)) return std::optional<std::string>();
  FRESHET_ASSIGN(const file_descriptor locked, lock_registry(root));
  const auto damage = damage_of(root);
  // Another process was here first.
  if (!damage) return std::optional<std::string>();
  const auto file = registry_file(root);
  if (may_be_written_now(file)) {
    return error{error_code::unavailable, file.string() + " is damaged, or being written; try again in 2 s"};
  }
  auto copy = previous_copy(root);
  if (!copy) {
    return error{error_code::corrupted, damage->message + ". registry.json.previous is of no use either (" +
                                            copy.failure().message + "): repair one of them by hand"};
  }
  FRESHET_ASSIGN(const registry before, registry::from(root, *copy));
  std::string current = before.current() ? before.current()->model_id : "";
  if (!how.serving.empty() && how.serving != current) {
    current = how.serving;
    keep_current(*copy, current);
  }
  FRESHET_ASSIGN(const std::string damaged, read_file(file));
  FRESHET_TRY(write_file_atomically(root / "registry.json.damaged", damaged));
  FRESHET_TRY(write_file_atomically(file, copy->pretty()));
  FRESHET_TRY(
      append_audit(how.audit_log, {.what = "RECOVER", .model_id = current, .previous = "", .by = how.by}, time));
  return std::optional(file.string() +
                       " was damaged and is recovered from registry.json.previous: the current model is " +
                       (current.empty() ? "none" : current) +
                       ", other changes since that copy are lost; the damaged file is kept as registry.json.damaged");
}

}  // namespace freshet
