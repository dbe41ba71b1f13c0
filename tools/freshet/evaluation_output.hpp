// What: the results of an evaluation as a table for people, as JSON and as CSV.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/evaluation/evaluate.hpp"
#include "tools/freshet/evaluation_protocol.hpp"

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
  /// Identity of what the models learned from and of what they were asked.
  std::string data_hash;
  std::size_t cases{};
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

/// user TAB rank TAB item TAB score, from which anyone can recompute the metrics. Cases of protocols without users are
/// numbered from 0.
[[nodiscard]] status write_lists(const std::filesystem::path& path, const evaluation_report& report,
                                 const protocol_data& data);

}  // namespace freshet::tools
