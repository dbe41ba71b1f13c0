// What: the line that every change of the registry leaves in its audit log. Internal to io/artifacts.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace freshet {

/// One action on one model.
struct registry_action {
  /// REGISTER, ACTIVATE, ROLLBACK and so on.
  std::string_view what;
  std::string_view model_id;
  /// The model that was current before.
  std::string_view previous;
  std::string_view by;
};
/// Texts are written as JSON, so that nobody can forge a line. Errors: io_failure, saying that the change itself is
/// done.
[[nodiscard]] status append_audit(const std::filesystem::path& path, const registry_action& action, const clock& time);

}  // namespace freshet
