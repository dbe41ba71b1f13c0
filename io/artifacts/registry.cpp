#include "io/artifacts/registry.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "io/artifacts/registry_file.hpp"

namespace freshet {

namespace {

std::string text_of(const json_tree& entry, std::string_view name) {
  const json_tree* value = entry.find(name);
  return value == nullptr ? std::string() : value->text().value_or("");
}

error damaged(const std::filesystem::path& root, const std::string& why) {
  return {error_code::corrupted, (root / "registry.json").string() + ": " + why +
                                     "; `freshet model list` puts registry.json.previous in its place"};
}

/// "bert_als_20251108_v1" -> version "20251108_v1": the id's end from the first part that is a number.
std::size_t version_position(std::string_view id) {
  for (auto at = id.find('_'); at != std::string_view::npos; at = id.find('_', at + 1)) {
    if (at + 1 < id.size() && id[at + 1] >= '0' && id[at + 1] <= '9') return at + 1;
  }
  return std::string_view::npos;
}

void complete_from_id(registered_model& model) {
  const auto at = version_position(model.model_id);
  if (at == std::string_view::npos) return;
  if (model.model_type.empty()) model.model_type = model.model_id.substr(0, at - 1);
  if (model.version.empty()) model.version = model.model_id.substr(at);
}

/// The first of the places that exists, else the one that the id names.
std::filesystem::path resolve(const std::filesystem::path& root, const registered_model& model,
                              const std::filesystem::path& written, bool id_first) {
  const auto by_id = root / model.model_type / model.version;
  std::vector<std::filesystem::path> places;
  if (!written.empty()) places = {written, root / written};
  places.insert(id_first ? places.begin() : places.end(), by_id);
  for (const auto& place : places) {
    std::error_code unknown;
    if (std::filesystem::is_directory(place, unknown)) return place;
  }
  return model.version.empty() && !written.empty() ? written : by_id;
}

registered_model read_model(const std::filesystem::path& root, const std::string& id, const json_tree& entry) {
  registered_model model{.model_id = id,
                         .model_type = text_of(entry, "model_type"),
                         .version = text_of(entry, "version"),
                         .path = {},
                         .created_at = text_of(entry, "created_at"),
                         .status = text_of(entry, "status"),
                         .metrics = {},
                         .hyperparameters = "{}",
                         .reason = text_of(entry, "reason"),
                         .gate = {},
                         .trained_events = {}};
  complete_from_id(model);
  if (model.created_at.empty()) model.created_at = text_of(entry, "registered_at");
  if (model.status.empty()) model.status = "active";
  model.path = resolve(root, model, text_of(entry, "path"), false);
  if (const json_tree* metrics = entry.find("metrics")) {
    for (const auto& [name, value] : metrics->members()) {
      if (const auto number = value.number()) model.metrics[name] = *number;
    }
  }
  if (const json_tree* given = entry.find("hyperparameters"); given != nullptr && given->is_object()) {
    model.hyperparameters = given->compact();
  }
  if (const json_tree* gate = entry.find("gate"); gate != nullptr && gate->is_object()) model.gate = gate->compact();
  if (const json_tree* events = entry.find("trained_events")) model.trained_events = events->whole_number();
  return model;
}

/// A plain string, or an object with model_id; empty = none.
result<std::string> current_id_of(const std::filesystem::path& root, const json_tree* current) {
  if (current == nullptr || current->type() == json_tree::kind::null) return std::string();
  if (const auto id = current->text()) return *id;
  std::string id = text_of(*current, "model_id");
  if (id.empty()) return damaged(root, "current_best names no model_id");
  return id;
}

}  // namespace

result<registry> registry::read(const std::filesystem::path& root) {
  FRESHET_ASSIGN(const json_tree tree, read_registry_file(root));
  return from(root, tree);
}

result<registry> registry::from(const std::filesystem::path& root, const json_tree& tree) {
  registry read;
  if (const json_tree* models = tree.find("models"); models != nullptr && models->type() != json_tree::kind::null) {
    if (!models->is_object()) return damaged(root, "models is no object");
    for (const auto& [id, entry] : models->members()) {
      if (!entry.is_object()) return damaged(root, "the entry of model " + in_quotes(id) + " is no object");
      read.models_.push_back(read_model(root, id, entry));
    }
  }
  const json_tree* current = tree.find("current_best");
  FRESHET_ASSIGN(const std::string id, current_id_of(root, current));
  if (id.empty()) return read;
  read.current_ = read.find(id);
  if (!read.current_) {
    // Not among the models: what current_best says itself, where the id is believed before a path left from another.
    read.current_ = read_model(root, id, *current);
    read.current_->path = resolve(root, *read.current_, text_of(*current, "path"), true);
  }
  return read;
}

std::optional<registered_model> registry::find(std::string_view model_id) const {
  const auto found =
      std::find_if(models_.begin(), models_.end(), [&](const auto& model) { return model.model_id == model_id; });
  return found == models_.end() ? std::nullopt : std::optional(*found);
}

}  // namespace freshet
