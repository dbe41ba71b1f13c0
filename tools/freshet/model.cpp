// `freshet model`: what the registry holds, and which of it serves.
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/registry.hpp"
#include "tools/freshet/command.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

struct model_flags {
  std::string model_dir;
  std::string model_id;
  bool as_json = false;
};

/// What a subcommand works on, once the settings are read.
struct model_context {
  const model_flags& flags;
  options settings;
  std::filesystem::path root;
  registry known;
};

bool is_current(const model_context& context, const registered_model& model) {
  const auto& current = context.known.current();
  return current && current->model_id == model.model_id;
}

json::object to_json(const model_context& context, const registered_model& model) {
  return {{"model_id", model.model_id},
          {"model_type", model.model_type},
          {"version", model.version},
          {"path", model.path.string()},
          {"created_at", model.created_at},
          {"status", model.status},
          {"current", is_current(context, model)},
          {"metrics", json::value_from(model.metrics)},
          {"hyperparameters", json::parse(model.hyperparameters)}};
}

void print(const json::value& document) {
  std::printf("%s\n", json::serialize(document).c_str());
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

result<registered_model> find_model(const model_context& context) {
  const auto found = context.known.find(context.flags.model_id);
  if (found) return *found;
  return error{error_code::not_found, "no model \"" + context.flags.model_id + "\" in " +
                                          (context.root / "registry.json").string() + "; see `freshet model list`"};
}

status list(const model_context& context) {
  if (context.flags.as_json) {
    json::array models;
    for (const auto& model : context.known.models()) models.push_back(to_json(context, model));
    const auto& current = context.known.current();
    print({{"current", current ? json::value(current->model_id) : json::value()}, {"models", std::move(models)}});
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
  json::object document = to_json(context, model);
  document["loads"] = loaded.ok();
  if (loaded) {
    document["users"] = loaded->metadata.users;
    document["items"] = loaded->metadata.items;
    document["factors"] = loaded->metadata.factors;
  } else {
    document["problem"] = loaded.failure().message;
  }
  if (context.flags.as_json) {
    print(document);
    return success{};
  }
  for (const auto& [name, value] : document) {
    const std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    std::printf("%-16s %s\n", std::string(name).c_str(), text.c_str());
  }
  return success{};
}

/// Checked before the switch: a running service would refuse a broken model, but only after it was told to take it.
status activate(const model_context& context) {
  FRESHET_ASSIGN(const registered_model model, find_model(context));
  FRESHET_ASSIGN(const loaded_model loaded, load_model(model.path));
  const auto audit_log = std::filesystem::path(context.settings.logging.dir) / "registry_audit.log";
  FRESHET_TRY(activate_model(context.root, model.model_id, "freshet model activate", system_clock(), audit_log));
  const auto& before = context.known.current();
  if (context.flags.as_json) {
    print({{"model_id", model.model_id}, {"previous", before ? json::value(before->model_id) : json::value()}});
  } else {
    std::printf("%s serves from now on%s\n", model.model_id.c_str(),
                before ? (", before it " + before->model_id).c_str() : "");
  }
  return success{};
}

int run(const invocation& call, const model_flags& flags, status (*action)(const model_context&)) {
  std::map<std::string, std::string> given;
  if (!flags.model_dir.empty()) given["model.dir"] = flags.model_dir;
  auto settings = load_options(call, given);
  if (!settings) return fail_configuration("model", settings.failure());
  const std::filesystem::path root = settings->model.dir;
  auto known = registry::read(root);
  if (!known) return fail("model", known.failure());
  const auto done = action({flags, std::move(*settings), root, std::move(*known)});
  return done ? exit_ok : fail("model", done.failure());
}

}  // namespace

void add_model(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "model", "The registry of models: list, show, activate.",
                              "freshet model list --model-dir artifacts/cf");
  command.require_subcommand(1);
  const auto flags = std::make_shared<model_flags>();
  const auto add = [&](const char* name, const char* description, const std::string& example, bool takes_id,
                       status (*action)(const model_context&)) {
    auto& subcommand = add_command(command, call, name, description, example);
    if (takes_id) subcommand.add_option("id", flags->model_id, "Model id, such as als_20261123_v1")->required();
    subcommand.add_option("--model-dir", flags->model_dir, "Artifacts root with registry.json (model.dir)")
        ->type_name("DIR");
    subcommand.add_flag("--json", flags->as_json, "Print JSON");
    subcommand.callback(
        [&call, flags, action] { call.run = [&call, flags, action] { return run(call, *flags, action); }; });
  };
  add("list", "Every registered model; * marks the one that serves.", "freshet model list --json", false, list);
  add("show", "One model, and whether it loads.", "freshet model show als_20261123_v1", true, show);
  add("activate", "Checks that a model loads and makes it the one that serves.",
      "freshet model activate als_20261123_v1 --model-dir artifacts/cf", true, activate);
}

}  // namespace freshet::tools
