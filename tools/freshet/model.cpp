// `freshet model`: what the registry holds, and which of it serves. What is done with a model's files stands in
// model_files.cpp.
#include <cstdio>
#include <memory>

#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/registry.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/model_command.hpp"

namespace freshet::tools {
namespace {

bool is_current(const model_context& context, const registered_model& model) {
  const auto& current = context.known.current();
  return current && current->model_id == model.model_id;
}

result<json_tree> to_json(const model_context& context, const registered_model& model) {
  json_tree metrics = json_tree::of_object();
  for (const auto& [name, value] : model.metrics) metrics.set(name, json_tree::of_number(value));
  FRESHET_ASSIGN(json_tree hyperparameters, parse_json(model.hyperparameters));
  json_tree facts = json_tree::of_object();
  facts.set("model_id", json_tree::of_text(model.model_id));
  facts.set("model_type", json_tree::of_text(model.model_type));
  facts.set("version", json_tree::of_text(model.version));
  facts.set("path", json_tree::of_text(model.path.string()));
  facts.set("created_at", json_tree::of_text(model.created_at));
  facts.set("status", json_tree::of_text(model.status));
  facts.set("current", json_tree::of_boolean(is_current(context, model)));
  facts.set("metrics", std::move(metrics));
  facts.set("hyperparameters", std::move(hyperparameters));
  if (!model.reason.empty()) facts.set("reason", json_tree::of_text(model.reason));
  if (!model.gate.empty()) {
    FRESHET_ASSIGN(json_tree gate, parse_json(model.gate));
    facts.set("gate", std::move(gate));
  }
  return facts;
}

/// null when there is none.
json_tree current_id(const model_context& context) {
  const auto& current = context.known.current();
  return current ? json_tree::of_text(current->model_id) : json_tree();
}

std::string metrics_text(const registered_model& model) {
  std::string text;
  for (const auto& [name, value] : model.metrics) {
    char one[96];
    std::snprintf(one, sizeof one, "%s%s %.4g", text.empty() ? "" : ", ", name.c_str(), value);
    text += one;
  }
  return text;
}

status list(const model_context& context) {
  if (context.flags.as_json) {
    json_tree models = json_tree::of_array();
    for (const auto& model : context.known.models()) {
      FRESHET_ASSIGN(json_tree facts, to_json(context, model));
      models.append(std::move(facts));
    }
    json_tree document = json_tree::of_object();
    document.set("current", current_id(context));
    document.set("models", std::move(models));
    print(document);
    return success{};
  }
  if (context.known.models().empty()) {
    std::printf("no model is registered in %s; `freshet train als --register` adds one\n", context.root.c_str());
  }
  for (const auto& model : context.known.models()) {
    std::printf("%c %-28s %-10s %-20s %s\n", is_current(context, model) ? '*' : ' ', model.model_id.c_str(),
                model.status.c_str(), model.created_at.c_str(), metrics_text(model).c_str());
  }
  return success{};
}

status show(const model_context& context) {
  FRESHET_ASSIGN(const registered_model model, find_model(context));
  const auto loaded = load_model(model.path);
  FRESHET_ASSIGN(json_tree document, to_json(context, model));
  document.set("loads", json_tree::of_boolean(loaded.ok()));
  if (loaded) {
    document.set("users", json_tree::of_integer(loaded->metadata.users));
    document.set("items", json_tree::of_integer(loaded->metadata.items));
    document.set("factors", json_tree::of_integer(loaded->metadata.factors));
  } else {
    document.set("problem", json_tree::of_text(loaded.failure().message));
  }
  if (context.flags.as_json) {
    print(document);
    return success{};
  }
  for (const auto& [name, value] : document.members()) {
    std::printf("%-16s %s\n", name.c_str(), value.text().value_or(value.compact()).c_str());
  }
  return success{};
}

status say_change(const model_context& context, const std::string& model_id) {
  const auto& before = context.known.current();
  if (context.flags.as_json) {
    json_tree document = json_tree::of_object();
    document.set("model_id", json_tree::of_text(model_id));
    document.set("previous", current_id(context));
    print(document);
  } else {
    std::printf("%s serves from now on%s\n", model_id.c_str(),
                before ? (", before it " + before->model_id).c_str() : "");
  }
  return success{};
}

/// Checked before the switch: a running service would refuse a broken model, but only after it was told to take it.
status activate(const model_context& context) {
  FRESHET_ASSIGN(const registered_model model, find_model(context));
  FRESHET_TRY(load_model(model.path));
  FRESHET_TRY(activate_model(context.root, model.model_id, "freshet model activate", system_clock(),
                             audit_log_of(context.settings)));
  return say_change(context, model.model_id);
}

status roll_back(const model_context& context) {
  FRESHET_ASSIGN(const std::string to, rollback_target(context.root));
  FRESHET_TRY(load_model(context.known.find(to)->path));
  FRESHET_TRY(
      rollback_model(context.root, to, "freshet model rollback", system_clock(), audit_log_of(context.settings)));
  return say_change(context, to);
}

status archive(const model_context& context) {
  FRESHET_ASSIGN(const registered_model model, find_model(context));
  FRESHET_TRY(archive_model(context.root, model.model_id, "freshet model archive", system_clock(),
                            audit_log_of(context.settings)));
  if (context.flags.as_json) {
    json_tree document = json_tree::of_object();
    document.set("model_id", json_tree::of_text(model.model_id));
    document.set("status", json_tree::of_text("archived"));
    print(document);
  } else {
    std::printf("%s is archived; its files stay in %s\n", model.model_id.c_str(), model.path.c_str());
  }
  return success{};
}

int run(const invocation& call, const model_flags& flags, const std::string& name, model_action* action) {
  std::map<std::string, std::string> given;
  if (!flags.model_dir.empty()) given["model.dir"] = flags.model_dir;
  auto settings = load_options(call, given);
  if (!settings) return fail_configuration("model " + name, settings.failure());
  const std::filesystem::path root = settings->model.dir;
  const auto recovered = recover_registry(
      root, {.serving = {}, .by = "freshet model " + name, .audit_log = audit_log_of(*settings)}, system_clock());
  if (!recovered) return fail("model " + name, recovered.failure());
  if (*recovered) std::fprintf(stderr, "freshet model %s: %s\n", name.c_str(), (*recovered)->c_str());
  auto known = registry::read(root);
  if (!known) return fail("model " + name, known.failure());
  const auto done = action({flags, std::move(*settings), root, std::move(*known)});
  return done ? exit_ok : fail("model " + name, done.failure());
}

/// How one subcommand looks.
struct model_subcommand {
  const char* name;
  const char* description;
  const char* example;
  model_action* action;
  /// What it takes besides --model-dir and --json.
  void (*add_flags)(CLI::App& command, model_flags& flags);
};

void no_flags(CLI::App&, model_flags&) {}

void takes_id(CLI::App& command, model_flags& flags) {
  command.add_option("id", flags.model_id, "Model id, such as als_20261123_v1")->required();
}

const model_subcommand subcommands[] = {
    {"list", "Every registered model; * marks the one that serves.", "freshet model list --json", list, no_flags},
    {"show", "One model, and whether it loads.", "freshet model show als_20261123_v1", show, takes_id},
    {"activate", "Checks that a model loads and makes it the one that serves.",
     "freshet model activate als_20261123_v1 --model-dir artifacts/cf", activate, takes_id},
    {"rollback", "Goes back to the model that served before; again: to the one before that.", "freshet model rollback",
     roll_back, no_flags},
    {"archive", "Puts a model away: no rollback goes to it. Its files stay. Never the one that serves.",
     "freshet model archive als_20261123_v1", archive, takes_id},
    {"validate",
     "Holds every file of a model, or of all, against its checksum, and loads it; exit code 1 if one fails.",
     "freshet model validate als_20261123_v1", validate_models,
     [](CLI::App& command, model_flags& flags) {
       command.add_option("id", flags.model_id, "Model id; all of them when it is not given");
     }},
    {"import", "Copies a model in from an exported archive or a directory, checks it and registers it.",
     "freshet model import als_20261123_v1.tar.zst --activate", import_from,
     [](CLI::App& command, model_flags& flags) {
       command.add_option("source", flags.source, "Archive (.tar.zst, .tar.gz, .tar) or model directory")->required();
       command.add_option("--mappings", flags.mappings, "user_item_mappings.json of a bare U.npy, V.npy (beside them)");
       command.add_flag("--activate", flags.activates, "Also make it the one that serves");
     }},
    {"export", "Checks a model and writes it with its entry in the registry into one archive.",
     "freshet model export als_20261123_v1 --output als.tar.zst", export_to,
     [](CLI::App& command, model_flags& flags) {
       takes_id(command, flags);
       command.add_option("--output", flags.output, "Where to: .tar.zst, .tar.gz or .tar (ID.tar.zst)");
     }},
};

}  // namespace

std::filesystem::path audit_log_of(const options& settings) {
  return std::filesystem::path(settings.logging.dir) / "registry_audit.log";
}

void print(const json_tree& document) {
  std::printf("%s\n", document.compact().c_str());
}

result<registered_model> find_model(const model_context& context) {
  const auto found = context.known.find(context.flags.model_id);
  if (found) return *found;
  return error{error_code::not_found, "no model \"" + context.flags.model_id + "\" in " +
                                          (context.root / "registry.json").string() + "; see `freshet model list`"};
}

void add_model(CLI::App& app, invocation& call) {
  auto& command = add_command(
      app, call, "model", "The registry of models: list, show, activate, rollback, archive, validate, import, export.",
      "freshet model list --model-dir artifacts/cf");
  command.require_subcommand(1);
  const auto flags = std::make_shared<model_flags>();
  for (const auto& each : subcommands) {
    auto& subcommand = add_command(command, call, each.name, each.description, each.example);
    each.add_flags(subcommand, *flags);
    subcommand.add_option("--model-dir", flags->model_dir, "Artifacts root with registry.json (model.dir)")
        ->type_name("DIR");
    subcommand.add_flag("--json", flags->as_json, "Print JSON");
    subcommand.callback([&call, flags, &each] {
      call.run = [&call, flags, &each] { return run(call, *flags, each.name, each.action); };
    });
  }
}

}  // namespace freshet::tools
