// What: what a search over parameters leaves behind: a table for people, trials.csv, trials.svg, best_params.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/evaluation/search/search_space.hpp"
#include "core/evaluation/search/trial.hpp"

namespace freshet::tools {

struct search_report {
  std::string model;
  std::string metric;
  const search_space& space;
  const std::vector<trial>& trials;
};

/// A line a trial; the best one is marked.
[[nodiscard]] std::string to_table(const search_report& report);
[[nodiscard]] std::string to_csv(const search_report& report);

/// Writes everything into a directory, `best` as best_params.json. Without gnuplot a sentence on standard error stands
/// for the plot.
[[nodiscard]] status write_report(const search_report& report, const parameters& best,
                                  const std::filesystem::path& directory);

}  // namespace freshet::tools
