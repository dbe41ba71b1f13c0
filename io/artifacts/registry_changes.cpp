#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/base/check.hpp"
#include "core/base/text.hpp"
#include "io/artifacts/registry.hpp"
#include "io/artifacts/registry_audit.hpp"
#include "io/artifacts/registry_file.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

/// Number n of "20251108_vN" of that day, 0 for other names.
unsigned number_of_version(std::string_view version, std::string_view day) {
  const std::string front = std::string(day) + "_v";
  if (!version.starts_with(front)) return 0;
  unsigned number = 0;
  const auto digits = version.substr(front.size());
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return failure == std::errc{} && end == digits.data() + digits.size() ? number : 0;
}

bool is_type_name(std::string_view type) {
  return !type.empty() && std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

json_tree to_json(const gate_figures& figures) {
  json_tree gate = json_tree::of_object();
  gate.set("metric", json_tree::of_text(figures.metric));
  gate.set("candidate", json_tree::of_number(figures.candidate));
  gate.set("current", figures.current ? json_tree::of_number(*figures.current) : json_tree());
  gate.set("current_model_id", json_tree::of_text(figures.current_model_id));
  gate.set("min_ratio", json_tree::of_number(figures.min_ratio));
  gate.set("cases", json_tree::of_integer(figures.cases));
  gate.set("held_out_from", json_tree::of_text(to_rfc3339(figures.held_out_from)));
  gate.set("current_trained_again", json_tree::of_boolean(figures.current_trained_again));
  return gate;
}

std::string text_of(const json_tree& entry, std::string_view name) {
  const json_tree* found = entry.find(name);
  return found == nullptr ? std::string() : found->text().value_or("");
}

std::string current_id(const json_tree& tree) {
  const json_tree* current = tree.find("current_best");
  if (current == nullptr) return {};
  const json_tree* id = current->is_object() ? current->find("model_id") : current;
  return id == nullptr ? std::string() : id->text().value_or("");
}

/// The metric a model is chosen by, when it has any: NDCG before recall before what comes first.
const std::pair<std::string, json_tree>* selection_metric(const json_tree& metrics) {
  const auto& members = metrics.members();
  for (const std::string_view front : {"ndcg", "recall", ""}) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [front](const auto& member) { return member.first.starts_with(front); });
    if (found != members.end()) return &*found;
  }
  return nullptr;
}

/// Members of another program stay.
void select(json_tree& tree, std::string_view id, const json_tree& entry, std::string_view by, const clock& time) {
  json_tree* existing = tree.find("current_best");
  json_tree current = existing != nullptr && existing->is_object() ? *existing : json_tree::of_object();
  current.set("model_id", json_tree::of_text(id));
  for (const char* name : {"model_type", "version", "path"}) {
    const json_tree* value = entry.find(name);
    current.set(name, value == nullptr ? json_tree() : *value);
  }
  const json_tree* metrics = entry.find("metrics");
  const auto* chosen = metrics == nullptr ? nullptr : selection_metric(*metrics);
  current.set("selection_metric", chosen == nullptr ? json_tree() : json_tree::of_text(chosen->first));
  current.set("selection_value", chosen == nullptr ? json_tree() : chosen->second);
  const std::string now = to_rfc3339(time.now_seconds());
  current.set("selected_at", json_tree::of_text(now));
  current.set("selected_by", json_tree::of_text(by));
  const json_tree* created = entry.find("created_at");
  current.set("registered_at", created == nullptr ? json_tree::of_text(now) : *created);
  tree.set("current_best", std::move(current));
  if (json_tree* models = tree.find("models"); models != nullptr && models->is_object()) {
    if (json_tree* selected = models->find(id); selected != nullptr && selected->is_object()) {
      selected->set("activated_at", json_tree::of_text(now));
      if (selected->find("rolled_back_at") != nullptr) selected->set("rolled_back_at", json_tree());
      // Whoever selects a model that was put away has taken it out again.
      if (text_of(*selected, "status") == "archived") selected->set("status", json_tree::of_text("active"));
    }
  }
}

/// Whether a rollback may go to it at all.
bool may_return(const json_tree& entry) {
  const auto state = text_of(entry, "status");
  return entry.is_object() && (state.empty() || state == "active") && text_of(entry, "rolled_back_at").empty();
}

error unknown_model(const std::filesystem::path& root, std::string_view model_id) {
  return {error_code::not_found, "no model " + in_quotes(model_id) + " in " + (root / "registry.json").string() +
                                     "; see `freshet model list`"};
}

/// The object `models`, made when it is missing.
result<json_tree*> models_of(json_tree& tree) {
  json_tree* models = tree.find("models");
  if (models == nullptr || models->type() == json_tree::kind::null) {
    tree.set("models", json_tree::of_object());
    models = tree.find("models");
  }
  if (!models->is_object()) return error{error_code::corrupted, "registry.json: models is no object; repair it"};
  return models;
}

}  // namespace

result<reserved_version> reserve_version(const std::filesystem::path& root, std::string_view model_type,
                                         const clock& time) {
  FRESHET_CHECK(is_type_name(model_type));
  std::string day = to_rfc3339(time.now_seconds()).substr(0, 10);
  std::erase(day, '-');
  const auto parent = root / model_type;
  std::error_code failed;
  std::filesystem::create_directories(parent, failed);
  if (failed) return error{error_code::io_failure, parent.string() + ": cannot be created: " + failed.message()};

  // Never a number again that was used once, even when its directory is gone.
  unsigned last = 0;
  FRESHET_ASSIGN(const registry existing, registry::read(root));
  for (const auto& model : existing.models()) {
    if (model.model_type == model_type) last = std::max(last, number_of_version(model.version, day));
  }
  for (const auto& entry : std::filesystem::directory_iterator(parent, failed)) {
    last = std::max(last, number_of_version(entry.path().filename().string(), day));
  }
  for (;;) {
    const std::string version = day + "_v" + std::to_string(++last);
    const auto directory = parent / version;
    // Creating the directory is what reserves: it fails for all but one.
    if (::mkdir(directory.c_str(), 0777) == 0) {
      return reserved_version{std::string(model_type) + "_" + version, version, directory};
    }
    if (errno != EEXIST) return system_failure("cannot create", directory);
  }
}

status register_model(const std::filesystem::path& root, const reserved_version& model, const registration& entry,
                      const clock& time) {
  FRESHET_ASSIGN(json_tree hyperparameters, parse_json(entry.hyperparameters));
  const bool activates = entry.activate && entry.failure.empty();
  std::string previous;
  FRESHET_TRY(change_registry_file(root, [&](json_tree& tree) -> status {
    FRESHET_ASSIGN(json_tree* const models, models_of(tree));
    if (models->find(model.model_id) != nullptr) {
      return error{error_code::conflict, model.model_id + " is registered already; train into a new version"};
    }
    json_tree metrics = json_tree::of_object();
    for (const auto& [name, value] : entry.metrics) metrics.set(name, json_tree::of_number(value));
    json_tree added = json_tree::of_object();
    added.set("model_type", json_tree::of_text(entry.model_type));
    added.set("version", json_tree::of_text(model.version));
    added.set("path", json_tree::of_text(model.directory.string()));
    added.set("created_at", json_tree::of_text(to_rfc3339(time.now_seconds())));
    added.set("hyperparameters", hyperparameters);
    added.set("metrics", metrics);
    added.set("status", json_tree::of_text(entry.failure.empty() ? "active" : "failed"));
    if (!entry.failure.empty()) added.set("reason", json_tree::of_text(entry.failure));
    if (entry.gate) added.set("gate", to_json(*entry.gate));
    if (entry.trained_events) added.set("trained_events", json_tree::of_integer(*entry.trained_events));
    models->set(model.model_id, added);
    previous = current_id(tree);
    if (activates) select(tree, model.model_id, added, entry.selected_by, time);
    return success{};
  }));
  const char* const action = activates ? "REGISTER_ACTIVATE" : entry.failure.empty() ? "REGISTER" : "REGISTER_FAILED";
  return append_audit(entry.audit_log,
                      {.what = action, .model_id = model.model_id, .previous = previous, .by = entry.selected_by},
                      time);
}

status activate_model(const std::filesystem::path& root, std::string_view model_id, std::string_view selected_by,
                      const clock& time, const std::filesystem::path& audit_log) {
  std::string previous;
  FRESHET_TRY(change_registry_file(root, [&](json_tree& tree) -> status {
    FRESHET_ASSIGN(json_tree* const models, models_of(tree));
    const json_tree* found = models->find(model_id);
    if (found == nullptr) return unknown_model(root, model_id);
    const json_tree* state = found->find("status");
    if (state != nullptr && state->text() == "failed") {
      return error{error_code::conflict, std::string(model_id) + " is marked as failed; choose another model"};
    }
    previous = current_id(tree);
    const json_tree entry = *found;
    select(tree, model_id, entry, selected_by, time);
    return success{};
  }));
  return append_audit(audit_log, {.what = "ACTIVATE", .model_id = model_id, .previous = previous, .by = selected_by},
                      time);
}

result<std::string> rollback_target(const std::filesystem::path& root) {
  FRESHET_ASSIGN(const json_tree tree, read_registry_file(root));
  const auto current = current_id(tree);
  const json_tree* models = tree.find("models");
  const json_tree none;
  const auto& all = (models == nullptr ? none : *models).members();
  // Registries of other programs do not tell when a model was activated.
  const bool tells = std::any_of(all.begin(), all.end(), [&](const auto& each) {
    return each.first != current && !text_of(each.second, "activated_at").empty();
  });
  std::string target;
  std::string since;
  for (const auto& [id, entry] : all) {
    const auto time = text_of(entry, tells ? "activated_at" : "created_at");
    // Of two that were activated in one second the later in the file.
    if (id == current || !may_return(entry) || (tells && time.empty()) || time < since) continue;
    target = id;
    since = time;
  }
  if (!target.empty()) return target;
  return error{error_code::not_found,
               "there is no model to go back to; `freshet model list` shows which are registered"};
}

status rollback_model(const std::filesystem::path& root, std::string_view to, std::string_view selected_by,
                      const clock& time, const std::filesystem::path& audit_log) {
  std::string previous;
  FRESHET_TRY(change_registry_file(root, [&](json_tree& tree) -> status {
    FRESHET_ASSIGN(json_tree* const models, models_of(tree));
    const json_tree* found = models->find(to);
    if (found == nullptr) {
      return error{error_code::conflict, std::string(to) + " is not registered any more; try again"};
    }
    const json_tree entry = *found;
    previous = current_id(tree);
    if (json_tree* left = models->find(previous)) {
      left->set("rolled_back_at", json_tree::of_text(to_rfc3339(time.now_seconds())));
    }
    select(tree, to, entry, selected_by, time);
    return success{};
  }));
  return append_audit(audit_log, {.what = "ROLLBACK", .model_id = to, .previous = previous, .by = selected_by}, time);
}

status archive_model(const std::filesystem::path& root, std::string_view model_id, std::string_view by,
                     const clock& time, const std::filesystem::path& audit_log) {
  std::string current;
  FRESHET_TRY(change_registry_file(root, [&](json_tree& tree) -> status {
    FRESHET_ASSIGN(json_tree* const models, models_of(tree));
    json_tree* found = models->find(model_id);
    if (found == nullptr) return unknown_model(root, model_id);
    current = current_id(tree);
    if (current == model_id) {
      return error{error_code::conflict,
                   std::string(model_id) + " is the current model; activate another before it is archived"};
    }
    found->set("status", json_tree::of_text("archived"));
    found->set("archived_at", json_tree::of_text(to_rfc3339(time.now_seconds())));
    return success{};
  }));
  return append_audit(audit_log, {.what = "ARCHIVE", .model_id = model_id, .previous = current, .by = by}, time);
}

}  // namespace freshet
