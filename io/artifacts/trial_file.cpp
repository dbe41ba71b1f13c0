#include "io/artifacts/trial_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "io/artifacts/json_tree.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

constexpr std::string_view state_words[] = {"complete", "pruned", "failed"};

std::string render(const search_identity& identity) {
  json_tree search = json_tree::of_object();
  search.set("model", json_tree::of_text(identity.model));
  search.set("metric", json_tree::of_text(identity.metric));
  search.set("seed", json_tree::of_integer(identity.seed));
  search.set("data", json_tree::of_text(identity.data));
  json_tree tree = json_tree::of_object();
  tree.set("search", std::move(search));
  return tree.compact() + "\n";
}

std::string render(const trial& finished) {
  json_tree tree = json_tree::of_object();
  tree.set("trial", json_tree::of_integer(finished.number));
  tree.set("state", json_tree::of_text(to_string(finished.state)));
  tree.set("value", json_tree::of_number(finished.value));
  tree.set("seconds", json_tree::of_number(finished.seconds));
  tree.set("parameters", parse_json(to_json(finished.tried)).value());
  json_tree curve = json_tree::of_array();
  for (const auto& each : finished.curve) {
    json_tree measured = json_tree::of_array();
    measured.append(json_tree::of_integer(each.step));
    measured.append(json_tree::of_number(each.value));
    curve.append(std::move(measured));
  }
  tree.set("curve", std::move(curve));
  if (!finished.why.empty()) tree.set("why", json_tree::of_text(finished.why));
  return tree.compact() + "\n";
}

std::string text_in(const json_tree& tree, std::string_view name) {
  const json_tree* member = tree.find(name);
  return member == nullptr ? "" : member->text().value_or("");
}

std::optional<search_identity> identity_of(std::string_view line) {
  const auto tree = parse_json(line);
  const json_tree* search = tree ? tree->find("search") : nullptr;
  if (search == nullptr) return std::nullopt;
  const json_tree* seed = search->find("seed");
  return search_identity{.model = text_in(*search, "model"),
                         .metric = text_in(*search, "metric"),
                         .seed = seed == nullptr ? 0 : seed->whole_number().value_or(0),
                         .data = text_in(*search, "data")};
}

std::optional<std::vector<trial_measurement>> curve_of(const json_tree& tree) {
  std::vector<trial_measurement> curve;
  for (const auto& each : tree.elements()) {
    if (each.elements().size() != 2) return std::nullopt;
    const auto step = each.elements()[0].whole_number();
    const auto value = each.elements()[1].number();
    if (!step || !value) return std::nullopt;
    curve.push_back({static_cast<std::uint32_t>(*step), *value});
  }
  return curve;
}

std::optional<trial> trial_of(std::string_view line) {
  const auto tree = parse_json(line);
  if (!tree) return std::nullopt;
  const json_tree* number = tree->find("trial");
  const json_tree* value = tree->find("value");
  const json_tree* seconds = tree->find("seconds");
  const json_tree* tried = tree->find("parameters");
  const json_tree* curve = tree->find("curve");
  const auto* state = std::ranges::find(state_words, text_in(*tree, "state"));
  if (number == nullptr || value == nullptr || seconds == nullptr || tried == nullptr || curve == nullptr ||
      state == std::end(state_words) || !number->whole_number() || !value->number()) {
    return std::nullopt;
  }
  auto given = parameters_from_json(tried->compact());
  auto measured = curve_of(*curve);
  if (!given || !measured) return std::nullopt;
  return trial{.number = *number->whole_number(),
               .tried = *std::move(given),
               .state = static_cast<trial_state>(state - state_words),
               .value = *value->number(),
               .curve = *std::move(measured),
               .seconds = seconds->number().value_or(0),
               .why = text_in(*tree, "why")};
}

error other_search(const std::filesystem::path& path, const std::string& what) {
  return {error_code::conflict, path.string() + " holds trials of another search: " + what +
                                    "; give another file with --storage, or remove it"};
}

status compare(const std::filesystem::path& path, const search_identity& found, const search_identity& wanted) {
  if (found.model != wanted.model) return other_search(path, "model " + found.model + ", not " + wanted.model);
  if (found.metric != wanted.metric) return other_search(path, "metric " + found.metric + ", not " + wanted.metric);
  if (found.seed != wanted.seed) {
    return other_search(path, "seed " + std::to_string(found.seed) + ", not " + std::to_string(wanted.seed));
  }
  if (found.data != wanted.data) return other_search(path, "other events or parameters");
  return success{};
}

}  // namespace

std::string_view to_string(trial_state state) {
  return state_words[static_cast<std::size_t>(state)];
}

result<std::unique_ptr<trial_file>> trial_file::open(const std::filesystem::path& path,
                                                     const search_identity& identity) {
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  file_descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file.is_open()) return system_failure("cannot open", path);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    return error{error_code::conflict, path.string() + " belongs to a search that still runs"};
  }
  std::unique_ptr<trial_file> opened(new trial_file(path, std::move(file)));
  FRESHET_TRY(opened->read(identity));
  return opened;
}

status trial_file::read(const search_identity& identity) {
  FRESHET_ASSIGN(std::string text, read_file(path_));
  const auto end = text.rfind('\n');
  const std::size_t whole = end == std::string::npos ? 0 : end + 1;
  if (whole < text.size() && ::ftruncate(file_.number(), static_cast<off_t>(whole)) != 0) {
    return system_failure("cannot cut the last line of", path_);
  }
  text.resize(whole);
  if (text.empty()) {
    FRESHET_TRY(write_line(render(identity)));
    return path_.has_parent_path() ? sync_path(path_.parent_path()) : sync_path(".");
  }
  std::size_t line = 0;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t line_end = text.find('\n', begin);
    const std::string_view content = std::string_view(text).substr(begin, line_end - begin);
    begin = line_end + 1;
    if (line == 0) {
      const auto found = identity_of(content);
      if (!found) return error{error_code::corrupted, path_.string() + " is no file of trials"};
      FRESHET_TRY(compare(path_, *found, identity));
      continue;
    }
    auto read = trial_of(content);
    if (!read || read->number != trials_.size()) {
      return error{error_code::corrupted, path_.string() + ": line " + std::to_string(line + 1) + " is not trial " +
                                              std::to_string(trials_.size()) +
                                              "; cut the file there, or give another one with --storage"};
    }
    trials_.push_back(*std::move(read));
  }
  return success{};
}

status trial_file::write_line(const std::string& line) {
  FRESHET_TRY(write_fully(file_, line, path_));
  if (::fdatasync(file_.number()) != 0) return system_failure("cannot write to disk", path_);
  return success{};
}

status trial_file::append(trial finished) {
  FRESHET_TRY(write_line(render(finished)));
  trials_.push_back(std::move(finished));
  return success{};
}

}  // namespace freshet
