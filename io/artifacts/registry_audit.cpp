#include "io/artifacts/registry_audit.hpp"

#include <fcntl.h>

#include <string>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

status append_audit(const std::filesystem::path& path, const registry_action& action, const clock& time) {
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  const file_descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
  if (!file.is_open()) return system_failure("the registry is changed, but cannot write", path);
  std::string line = to_rfc3339(time.now_seconds()) + " - " + std::string(action.what) + " - model_id=";
  append_json_string(line, action.model_id);
  line += " previous=";
  append_json_string(line, action.previous);
  line += " by=";
  append_json_string(line, action.by);
  return write_fully(file, line + "\n", path);
}

}  // namespace freshet
