#include "tools/freshet/model_source.hpp"

#include "io/artifacts/registry.hpp"

namespace freshet::tools {

result<loaded_model> load_model_at(const std::filesystem::path& directory) {
  if (!std::filesystem::exists(directory / "registry.json")) return load_model(directory);
  FRESHET_ASSIGN(const auto known, registry::read(directory));
  if (!known.current()) {
    return error{error_code::not_found, directory.string() + " has no current model; see `freshet model list`"};
  }
  return load_model(known.current()->path);
}

}  // namespace freshet::tools
