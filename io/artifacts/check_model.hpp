// What:  every file of a model directory held against its checksum, and then the model as a whole.
// Why:   loading stops at the first thing that is wrong; whoever repairs a model wants to know all of it.
// Cost:  reads every file twice.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace freshet {

struct checked_file {
  /// From the model directory on.
  std::string name;
  std::uint64_t bytes{};
  /// Whether the metadata holds a checksum of it.
  bool has_checksum = false;
  /// Empty = nothing is wrong with it.
  std::string problem;
};

struct model_check {
  std::vector<checked_file> files;
  /// Why the model cannot be served, naming the file.
  std::optional<error> problem;

  bool passed() const;
};
[[nodiscard]] model_check check_model(const std::filesystem::path& directory);

}  // namespace freshet
