// `freshet model validate`, `import`, `export`: what is done with a model's files.
#include <cstdio>

#include "io/artifacts/check_model.hpp"
#include "io/artifacts/model_transfer.hpp"
#include "tools/freshet/model_command.hpp"

namespace freshet::tools {
namespace {

json_tree to_json(const registered_model& model, const model_check& check) {
  json_tree files = json_tree::of_array();
  for (const auto& each : check.files) {
    json_tree file = json_tree::of_object();
    file.set("file", json_tree::of_text(each.name));
    file.set("bytes", json_tree::of_integer(each.bytes));
    file.set("has_checksum", json_tree::of_boolean(each.has_checksum));
    file.set("problem", each.problem.empty() ? json_tree() : json_tree::of_text(each.problem));
    files.append(std::move(file));
  }
  json_tree document = json_tree::of_object();
  document.set("model_id", json_tree::of_text(model.model_id));
  document.set("ok", json_tree::of_boolean(check.passed()));
  document.set("problem", check.problem ? json_tree::of_text(check.problem->message) : json_tree());
  document.set("files", std::move(files));
  return document;
}

void print_words(const registered_model& model, const model_check& check) {
  std::printf("%-28s %s\n", model.model_id.c_str(), check.passed() ? "ok" : "DAMAGED");
  for (const auto& each : check.files) {
    const char* const well = each.has_checksum ? "ok" : "no checksum";
    std::printf("  %-32s %12llu  %s\n", each.name.c_str(), static_cast<unsigned long long>(each.bytes),
                each.problem.empty() ? well : each.problem.c_str());
  }
  if (check.problem) std::printf("  %s\n", check.problem->message.c_str());
}

}  // namespace

status validate_models(const model_context& context) {
  std::vector<registered_model> wanted = context.known.models();
  if (!context.flags.model_id.empty()) {
    FRESHET_ASSIGN(auto one, find_model(context));
    wanted = {std::move(one)};
  }
  json_tree reports = json_tree::of_array();
  std::string damaged;
  for (const auto& model : wanted) {
    const auto check = check_model(model.path);
    if (!check.passed()) damaged += (damaged.empty() ? "" : ", ") + model.model_id;
    if (context.flags.as_json) {
      reports.append(to_json(model, check));
    } else {
      print_words(model, check);
    }
  }
  if (context.flags.as_json) print(reports);
  if (damaged.empty()) return success{};
  return error{error_code::corrupted, "damaged: " + damaged + "; import or train them again"};
}

status import_from(const model_context& context) {
  const auto& flags = context.flags;
  FRESHET_ASSIGN(const auto done, import_model(context.root,
                                               {.source = flags.source,
                                                .mappings = flags.mappings,
                                                .activate = flags.activates,
                                                .by = "freshet model import",
                                                .audit_log = audit_log_of(context.settings)},
                                               system_clock()));
  if (flags.as_json) {
    json_tree document = json_tree::of_object();
    document.set("model_id", json_tree::of_text(done.model_id));
    document.set("path", json_tree::of_text(done.directory.string()));
    document.set("renamed_from", done.renamed_from.empty() ? json_tree() : json_tree::of_text(done.renamed_from));
    document.set("activated", json_tree::of_boolean(flags.activates));
    print(document);
    return success{};
  }
  const auto renamed = done.renamed_from.empty() ? "" : " (" + done.renamed_from + " is taken already)";
  std::printf("imported as %s%s into %s%s\n", done.model_id.c_str(), renamed.c_str(), done.directory.c_str(),
              flags.activates ? ", which serves from now on" : "");
  return success{};
}

status export_to(const model_context& context) {
  FRESHET_ASSIGN(const registered_model model, find_model(context));
  const std::filesystem::path to = context.flags.output.empty() ? model.model_id + ".tar.zst" : context.flags.output;
  FRESHET_TRY(export_model(model, to));
  const auto bytes = std::filesystem::file_size(to);
  if (context.flags.as_json) {
    json_tree document = json_tree::of_object();
    document.set("model_id", json_tree::of_text(model.model_id));
    document.set("output", json_tree::of_text(to.string()));
    document.set("bytes", json_tree::of_integer(bytes));
    print(document);
  } else {
    std::printf("%s is in %s, %llu bytes\n", model.model_id.c_str(), to.c_str(),
                static_cast<unsigned long long>(bytes));
  }
  return success{};
}

}  // namespace freshet::tools
