// What: the results of an evaluation as a table for people, as JSON and as CSV.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "tools/freshet/evaluation_run.hpp"
#include "tools/freshet/plot.hpp"

namespace freshet::tools {

[[nodiscard]] std::string to_table(const evaluation_run& run);
/// Fails on parameters that are no JSON.
[[nodiscard]] result<std::string> to_json(const evaluation_run& run);
/// model,metric,value,low,high
[[nodiscard]] std::string to_csv(const evaluation_run& run);

/// model,by,at,cases,fresh,stale: the curves of a replay.
[[nodiscard]] std::string curves_csv(const evaluation_run& run);
/// The metric over the days since the split, each replayed model told of them and not.
[[nodiscard]] plot replay_plot(const evaluation_run& run);

/// By the ending of `path`: .json or .csv.
[[nodiscard]] status write_evaluation(const std::filesystem::path& path, const evaluation_run& run);

/// user TAB rank TAB item TAB score, from which anyone can recompute the metrics. Cases of protocols without users are
/// numbered from 0.
[[nodiscard]] status write_lists(const std::filesystem::path& path, const evaluation_report& report,
                                 const protocol_data& data);

}  // namespace freshet::tools
