#include "io/artifacts/registry_file.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {

namespace {

constexpr auto lock_deadline = std::chrono::seconds(10);

std::filesystem::path file_of(const std::filesystem::path& root) {
  return root / "registry.json";
}
std::filesystem::path previous_of(const std::filesystem::path& root) {
  return root / "registry.json.previous";
}

/// Held until the descriptor is closed, by a crash too.
result<file_descriptor> lock(const std::filesystem::path& root) {
  const auto path = root / "registry.lock";
  file_descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file.is_open()) return system_failure("cannot open", path);
  const auto end = std::chrono::steady_clock::now() + lock_deadline;
  while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_failure("cannot lock", path);
    if (std::chrono::steady_clock::now() > end) {
      return error{error_code::unavailable, path.string() + " is held by another process; try again when it is done"};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return file;
}

/// Nothing when there is no file.
result<std::optional<std::string>> read_text(const std::filesystem::path& root) {
  auto text = read_file(file_of(root));
  if (text) return std::optional(std::move(*text));
  if (text.failure().code == error_code::not_found) return std::optional<std::string>();
  return text.failure();
}

result<json_tree> parse(const std::filesystem::path& root, const std::optional<std::string>& text) {
  if (!text) return json_tree::of_object();
  auto tree = parse_json(*text);
  if (tree && tree->is_object()) return tree;
  return error{error_code::corrupted, file_of(root).string() + ": " +
                                          (tree ? "expected a JSON object" : tree.failure().message) +
                                          "; repair it, or copy registry.json.previous over it"};
}

}  // namespace

result<json_tree> read_registry_file(const std::filesystem::path& root) {
  FRESHET_ASSIGN(const auto text, read_text(root));
  return parse(root, text);
}

status change_registry_file(const std::filesystem::path& root, const std::function<status(json_tree&)>& edit) {
  FRESHET_ASSIGN(const file_descriptor locked, lock(root));
  FRESHET_ASSIGN(const auto before, read_text(root));
  FRESHET_ASSIGN(json_tree tree, parse(root, before));
  FRESHET_TRY(edit(tree));
  if (before) FRESHET_TRY(write_file_atomically(previous_of(root), *before));
  return write_file_atomically(file_of(root), tree.pretty());
}

/// Without control characters, so that nobody can forge a line.
status append_registry_audit(const std::filesystem::path& path, std::string_view action, std::string_view model_id,
                             std::string_view previous, std::string_view by, const clock& time) {
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  const file_descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!file.is_open()) return system_failure("the registry is changed, but cannot write", path);
  std::string line = to_rfc3339(time.now_seconds()) + " - " + std::string(action) + " - model_id=";
  append_json_string(line, model_id);
  line += " previous=";
  append_json_string(line, previous);
  line += " by=";
  append_json_string(line, by);
  return write_fully(file, line + "\n", path);
}

}  // namespace freshet
