// `freshet check-config`: the effective settings and where each came from.
#include <cstdio>
#include <memory>

#include "config/loader.hpp"
#include "config/render.hpp"
#include "config/setting_kinds.hpp"
#include "io/artifacts/json_tree.hpp"
#include "tools/freshet/command.hpp"

namespace freshet::tools {

namespace {

struct check_config_flags {
  std::vector<std::string> files;
  bool json = false;
  bool defaults = false;
};

struct effective_setting {
  std::string key;
  std::string value;
  std::string origin;
  setting_kind kind{};
};

std::vector<effective_setting> effective(const loaded_settings& loaded) {
  std::vector<effective_setting> all;
  const auto add = [&](const std::string& key, const std::string& value, setting_kind kind) {
    const auto origin = loaded.origins.find(key);
    all.push_back(
        {key, is_secret(key) ? "***" : value, origin == loaded.origins.end() ? "default" : origin->second, kind});
  };
  for (const auto& declared : all_settings()) add(declared.key, declared.get(loaded.values), declared.kind);
  for (const auto& family : setting_families()) {
    for (const auto& [name, value] : family.get(loaded.values)) add(family.prefix + name, value, family.kind);
  }
  return all;
}

void print_table(const std::vector<effective_setting>& all) {
  for (const auto& one : all) {
    const std::string value = one.kind == setting_kind::text ? "\"" + one.value + "\"" : one.value;
    std::printf("%-42s %-24s %s\n", one.key.c_str(), value.c_str(), one.origin.c_str());
  }
}

json_tree value_of(const effective_setting& one) {
  if (one.kind == setting_kind::boolean) return json_tree::of_boolean(one.value == "true");
  if (one.kind == setting_kind::list) {
    json_tree entries = json_tree::of_array();
    for (const auto& entry : setting_kinds::split_list(one.value)) entries.append(json_tree::of_text(entry));
    return entries;
  }
  if (one.kind == setting_kind::number) {
    if (auto number = parse_json(one.value)) return std::move(number).value();
  }
  return json_tree::of_text(one.value);
}

void print_json(const std::vector<effective_setting>& all, const std::vector<std::string>& warnings) {
  json_tree settings = json_tree::of_object();
  for (const auto& one : all) {
    json_tree setting = json_tree::of_object();
    setting.set("value", value_of(one));
    setting.set("origin", json_tree::of_text(one.origin));
    settings.set(one.key, std::move(setting));
  }
  json_tree sentences = json_tree::of_array();
  for (const auto& sentence : warnings) sentences.append(json_tree::of_text(sentence));
  json_tree document = json_tree::of_object();
  document.set("settings", std::move(settings));
  document.set("warnings", std::move(sentences));
  std::printf("%s\n", document.compact().c_str());
}

int check(const invocation& call, const check_config_flags& flags) {
  if (flags.defaults) {
    std::fputs(render_yaml(options{}).c_str(), stdout);
    return exit_ok;
  }
  invocation with_files = call;
  with_files.config_files.insert(with_files.config_files.end(), flags.files.begin(), flags.files.end());
  const auto loaded = load_settings(sources_of(with_files, {}));
  if (!loaded) return fail_configuration("check-config", loaded.failure());
  if (flags.json) {
    print_json(effective(*loaded), loaded->warnings);
  } else {
    print_table(effective(*loaded));
    print_warnings(*loaded);
  }
  return exit_ok;
}

}  // namespace

void add_check_config(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "check-config", "Effective settings and where each comes from; 78 when bad.",
                              "freshet check-config config/freshet.yaml --json");
  auto flags = std::make_shared<check_config_flags>();
  command.add_option("files", flags->files, "YAML files or directories, the later the stronger")->type_name("FILE");
  command.add_flag("--json", flags->json, "Print JSON");
  command.add_flag("--defaults", flags->defaults, "Print every setting with its documentation and default, as YAML");
  command.callback([&call, flags] { call.run = [&call, flags] { return check(call, *flags); }; });
}

}  // namespace freshet::tools
