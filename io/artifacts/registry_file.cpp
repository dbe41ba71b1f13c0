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

/// Nothing when there is no file.
result<std::optional<std::string>> read_text(const std::filesystem::path& root) {
  auto text = read_file(registry_file(root));
  if (text) return std::optional(std::move(*text));
  if (text.failure().code == error_code::not_found) return std::optional<std::string>();
  return text.failure();
}

result<json_tree> parse(const std::filesystem::path& root, const std::optional<std::string>& text) {
  if (!text) return json_tree::of_object();
  auto tree = parse_json(*text);
  if (tree && tree->is_object()) return tree;
  return error{error_code::corrupted, registry_file(root).string() + ": " +
                                          (tree ? "expected a JSON object" : tree.failure().message) +
                                          "; `freshet model list` puts registry.json.previous in its place"};
}

}  // namespace

std::filesystem::path registry_file(const std::filesystem::path& root) {
  return root / "registry.json";
}

std::filesystem::path previous_registry_file(const std::filesystem::path& root) {
  return root / "registry.json.previous";
}

result<file_descriptor> lock_registry(const std::filesystem::path& root) {
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

result<json_tree> read_registry_file(const std::filesystem::path& root) {
  FRESHET_ASSIGN(const auto text, read_text(root));
  return parse(root, text);
}

status change_registry_file(const std::filesystem::path& root, const std::function<status(json_tree&)>& edit) {
  FRESHET_ASSIGN(const file_descriptor locked, lock_registry(root));
  FRESHET_ASSIGN(const auto before, read_text(root));
  FRESHET_ASSIGN(json_tree tree, parse(root, before));
  FRESHET_TRY(edit(tree));
  if (before) FRESHET_TRY(write_file_atomically(previous_registry_file(root), *before));
  return write_file_atomically(registry_file(root), tree.pretty());
}

}  // namespace freshet
