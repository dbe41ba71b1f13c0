// What: the results of an evaluation as a table for people, as JSON and as CSV.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/evaluation/temporal_loo.hpp"

namespace freshet::tools {

struct evaluated_model {
  std::string name;
  /// JSON object.
  std::string params;
  evaluation_report report;
};

struct evaluation_run {
  std::string protocol;
  std::uint64_t seed{};
  /// Identity of what the models folded in.
  std::string data_hash;
  std::size_t users{};
  std::size_t items{};
  std::vector<evaluated_model> models;
};

[[nodiscard]] std::string to_table(const evaluation_run& run);
/// Fails on parameters that are no JSON.
[[nodiscard]] result<std::string> to_json(const evaluation_run& run);
/// model,metric,value
[[nodiscard]] std::string to_csv(const evaluation_run& run);

/// By the ending of `path`: .json or .csv.
[[nodiscard]] status write_evaluation(const std::filesystem::path& path, const evaluation_run& run);

}  // namespace freshet::tools
