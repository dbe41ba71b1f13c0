#include "io/artifacts/model_transfer.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>

#include "core/base/text.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/model_layout.hpp"
#include "io/artifacts/staging_directory.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/tar_file.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr const char* shared_mapping_file = "user_item_mappings.json";

/// What is known of a model beside its files.
struct known_of_model {
  fs::path directory;
  std::string version;
  std::map<std::string, double> metrics;
};

json_tree render_entry(const registered_model& model, const fs::path& place) {
  json_tree metrics = json_tree::of_object();
  for (const auto& [name, value] : model.metrics) metrics.set(name, json_tree::of_number(value));
  json_tree entry = json_tree::of_object();
  entry.set("model_type", json_tree::of_text(model.model_type));
  entry.set("version", json_tree::of_text(model.version));
  entry.set("path", json_tree::of_text(place.string()));
  entry.set("created_at", json_tree::of_text(model.created_at));
  if (auto hyperparameters = parse_json(model.hyperparameters)) {
    entry.set("hyperparameters", std::move(*hyperparameters));
  }
  entry.set("metrics", std::move(metrics));
  entry.set("status", json_tree::of_text("active"));
  return entry;
}

std::string render_registry(const registered_model& model, const fs::path& place) {
  json_tree models = json_tree::of_object();
  models.set(model.model_id, render_entry(model, place));
  json_tree tree = json_tree::of_object();
  tree.set("current_best", json_tree::of_text(model.model_id));
  tree.set("models", std::move(models));
  return tree.pretty();
}

/// "20251108_v1"
bool is_version(std::string_view text) {
  const auto at = text.find("_v");
  const auto is_number = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return at != std::string_view::npos && is_number(text.substr(0, at)) && is_number(text.substr(at + 2));
}

status copy_directory(const fs::path& from, const fs::path& to) {
  std::error_code failed;
  fs::create_directories(to, failed);
  for (auto entry = fs::recursive_directory_iterator(from, failed); !failed && entry != fs::end(entry);
       entry.increment(failed)) {
    const auto target = to / fs::relative(entry->path(), from);
    if (entry->is_directory()) {
      fs::create_directories(target, failed);
    } else if (entry->is_regular_file()) {
      fs::copy_file(entry->path(), target, failed);
      if (!failed) FRESHET_TRY(sync_path(target));
    }
    if (failed) break;
  }
  if (failed) return error{error_code::io_failure, "cannot copy " + from.string() + ": " + failed.message()};
  return success{};
}

/// The model directory in what was unpacked.
result<known_of_model> find_unpacked(const fs::path& staged, const fs::path& source) {
  if (fs::exists(staged / "registry.json")) {
    FRESHET_ASSIGN(const registry packed, registry::read(staged));
    auto wanted = packed.current();
    if (!wanted && packed.models().size() == 1) wanted = packed.models().front();
    if (!wanted) {
      return error{error_code::invalid_argument,
                   source.string() + " holds several models and names none of them as current"};
    }
    // Only what lies in the archive, whatever a path in it says.
    return known_of_model{staged / wanted->model_type / wanted->version, wanted->version, wanted->metrics};
  }
  fs::path directory = staged;
  for (;;) {
    std::vector<fs::path> below;
    bool has_files = false;
    for (const auto& entry : fs::directory_iterator(directory)) {
      has_files = has_files || !entry.is_directory();
      below.push_back(entry.path());
    }
    if (has_files || below.size() != 1) break;
    directory = below.front();
  }
  const auto name = directory.filename().string();
  return known_of_model{directory, is_version(name) ? name : std::string(), {}};
}

result<known_of_model> bring_in(const fs::path& source, const fs::path& staged) {
  std::error_code unknown;
  if (!fs::is_directory(source, unknown)) {
    FRESHET_TRY(unpack_tar(source, staged));
    return find_unpacked(staged, source);
  }
  if (fs::exists(source / "registry.json", unknown)) {
    return error{error_code::invalid_argument,
                 source.string() + " is a registry of models; name the directory of one, such as als/20251108_v1"};
  }
  const auto name = fs::absolute(source).lexically_normal().filename().string();
  const auto target = staged / "model";
  FRESHET_TRY(copy_directory(source, target));
  return known_of_model{target, is_version(name) ? name : std::string(), {}};
}

/// Writes the two mappings of this program from the shared one of a Python program, where that is all there is.
status split_mappings(const fs::path& directory, const fs::path& given) {
  std::error_code unknown;
  if (fs::exists(directory / item_mapping_file, unknown)) return success{};
  const auto path = given.empty() ? directory / shared_mapping_file : given;
  if (!fs::exists(path, unknown)) {
    return error{error_code::not_found, "the model has no " + std::string(item_mapping_file) + ", and " +
                                            path.string() + " does not exist; name it with --mappings"};
  }
  FRESHET_ASSIGN(const std::string text, read_file(path));
  boost::json::error_code failed;
  const auto read = boost::json::parse(text, failed);
  const auto* both = failed ? nullptr : read.if_object();
  const std::pair<const char*, const char*> wanted[] = {{"item_to_idx", item_mapping_file},
                                                        {"user_to_idx", user_mapping_file}};
  for (const auto& [member, file] : wanted) {
    const auto* mapping = both == nullptr ? nullptr : both->if_contains(member);
    if (mapping == nullptr || !mapping->is_object()) {
      return error{error_code::corrupted, path.string() + " has no object " + in_quotes(member)};
    }
    FRESHET_TRY(write_file_atomically(directory / file, boost::json::serialize(*mapping)));
  }
  return success{};
}

/// The version that it had, when nobody has it here, else the next of today.
result<reserved_version> find_place(const fs::path& root, const std::string& type, const std::string& version,
                                    const clock& time) {
  FRESHET_ASSIGN(const registry known, registry::read(root));
  const std::string id = type + "_" + version;
  if (is_version(version) && !known.find(id)) {
    const auto directory = root / type / version;
    std::error_code failed;
    fs::create_directories(directory.parent_path(), failed);
    if (::mkdir(directory.c_str(), 0777) == 0) return reserved_version{id, version, directory};
    if (errno != EEXIST) return system_failure("cannot create", directory);
  }
  return reserve_version(root, type, time);
}

}  // namespace

status export_model(const registered_model& model, const fs::path& to) {
  FRESHET_TRY(load_model(model.path));
  const fs::path place = fs::path(model.model_type) / model.version;
  std::vector<tar_entry> entries;
  entries.push_back({.name = "registry.json", .source = {}, .text = render_registry(model, place)});
  std::error_code failed;
  for (const auto& each : fs::recursive_directory_iterator(model.path, failed)) {
    if (!each.is_regular_file()) continue;
    const auto name = place / fs::relative(each.path(), model.path);
    entries.push_back({.name = name.generic_string(), .source = each.path(), .text = {}});
  }
  if (failed) return error{error_code::io_failure, model.path.string() + ": " + failed.message()};
  std::sort(entries.begin() + 1, entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return write_tar(to, entries);
}

result<imported_model> import_model(const fs::path& root, const import_order& order, const clock& time) {
  std::error_code failed;
  if (!fs::exists(order.source, failed)) {
    return error{error_code::not_found, order.source.string() + " does not exist"};
  }
  FRESHET_ASSIGN(const auto staged, staging_directory::create(as_target(root) / "import"));
  FRESHET_ASSIGN(const auto found, bring_in(order.source, staged.path()));
  FRESHET_ASSIGN(const auto layout, find_layout(found.directory));
  FRESHET_TRY(split_mappings(found.directory, order.mappings));
  FRESHET_ASSIGN(const auto loaded, load_model(found.directory));
  FRESHET_ASSIGN(const auto place, find_place(root, layout.type, found.version, time));
  // Onto the empty directory that was made to hold the place.
  fs::rename(found.directory, place.directory, failed);
  const auto registered =
      failed ? status(error{error_code::io_failure, place.directory.string() + ": " + failed.message()})
             : register_model(root, place,
                              {.model_type = layout.type,
                               .hyperparameters = loaded.params.empty() ? "{}" : loaded.params,
                               .metrics = found.metrics,
                               .activate = order.activate,
                               .selected_by = order.by,
                               .audit_log = order.audit_log},
                              time);
  if (!registered) {
    // It may be registered all the same, when only the audit log could not be written.
    const auto known = registry::read(root);
    if (!known || !known->find(place.model_id)) fs::remove_all(place.directory, failed);
    return registered.failure();
  }
  FRESHET_TRY(sync_path(place.directory.parent_path()));
  const bool renamed = !found.version.empty() && found.version != place.version;
  return imported_model{place.model_id, place.directory, renamed ? layout.type + "_" + found.version : std::string()};
}

}  // namespace freshet
