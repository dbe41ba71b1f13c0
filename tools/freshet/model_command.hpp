// What: what the subcommands of `freshet model` share. Internal to model.cpp and model_files.cpp.
#pragma once

#include <filesystem>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/registry.hpp"

namespace freshet::tools {

struct model_flags {
  std::string model_dir;
  std::string model_id;
  std::string source;
  std::string mappings;
  std::string output;
  bool activates = false;
  bool as_json = false;
};

/// What a subcommand works on, once the settings are read.
struct model_context {
  const model_flags& flags;
  options settings;
  std::filesystem::path root;
  registry known;
};

using model_action = status(const model_context&);
// model_files.cpp
model_action validate_models, import_from, export_to;

[[nodiscard]] std::filesystem::path audit_log_of(const options& settings);
/// The model of --id. Errors: not_found.
[[nodiscard]] result<registered_model> find_model(const model_context& context);
/// One line on standard output.
void print(const json_tree& document);

}  // namespace freshet::tools
