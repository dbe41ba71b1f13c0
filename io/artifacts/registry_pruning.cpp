#include <algorithm>

#include "io/artifacts/registry.hpp"
#include "io/artifacts/registry_audit.hpp"
#include "io/artifacts/registry_file.hpp"

namespace freshet {
namespace {

std::filesystem::path real_path(const std::filesystem::path& path) {
  std::error_code unknown;
  return std::filesystem::weakly_canonical(path, unknown);
}

bool is_below(const std::filesystem::path& root, const std::filesystem::path& directory) {
  const auto relative = real_path(directory).lexically_relative(real_path(root));
  return !relative.empty() && relative != "." && *relative.begin() != "..";
}

/// Other programs may have put models into one directory, or one below another's.
bool holds_others(const registry& known, const registered_model& model) {
  return std::any_of(known.models().begin(), known.models().end(), [&](const registered_model& other) {
    return other.model_id != model.model_id &&
           (real_path(other.path) == real_path(model.path) || is_below(model.path, other.path));
  });
}

/// Those with files, the newest last, less the `keep` newest.
std::vector<registered_model> superfluous(const registry& known, std::size_t keep) {
  std::vector<registered_model> with_files;
  for (const auto& model : known.models()) {
    std::error_code unknown;
    if (model.status != "archived" && std::filesystem::is_directory(model.path, unknown)) with_files.push_back(model);
  }
  with_files.resize(with_files.size() - std::min(keep, with_files.size()));
  return with_files;
}

}  // namespace

result<std::vector<std::string>> prune_models(const std::filesystem::path& root, const pruning& wanted,
                                              const clock& time, const std::filesystem::path& audit_log) {
  FRESHET_ASSIGN(const auto known, registry::read(root));
  auto spared = wanted.spared;
  if (known.current()) spared.push_back(known.current()->model_id);
  if (auto before = rollback_target(root)) spared.push_back(*std::move(before));
  std::vector<std::string> archived;
  for (const auto& model : superfluous(known, wanted.keep)) {
    const bool stays = std::ranges::find(spared, model.model_id) != spared.end() || holds_others(known, model);
    if (stays || !is_below(root, model.path)) continue;
    bool is_current = false;
    FRESHET_TRY(change_registry_file(root, [&](json_tree& tree) -> status {
      json_tree* models = tree.find("models");
      json_tree* entry = models == nullptr ? nullptr : models->find(model.model_id);
      // Somebody may have activated it meanwhile.
      const json_tree* current = tree.find("current_best");
      const json_tree* id = current != nullptr && current->is_object() ? current->find("model_id") : current;
      is_current = entry == nullptr || (id != nullptr && id->text() == model.model_id);
      if (!is_current) entry->set("status", json_tree::of_text("archived"));
      return success{};
    }));
    if (is_current) continue;
    std::error_code failed;
    std::filesystem::remove_all(model.path, failed);
    FRESHET_TRY(append_audit(audit_log,
                             {.what = "ARCHIVE", .model_id = model.model_id, .previous = "", .by = wanted.by}, time));
    archived.push_back(model.model_id);
  }
  return archived;
}

}  // namespace freshet
