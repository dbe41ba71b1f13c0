// What:    asks a model all cases of a protocol and says how well it ranked what was relevant.
// Why:     fold-in, not the trained user factors, answers: it is what the service does for every user.
// Same:    the same model and cases give the same report, whatever the number of threads. Ties go to the lower row.
// Unknown: of items that the model has no row for it is told nothing; where they are relevant they are missed.
// Cost:    one exact scan of the catalogue a case, 64 cases at a time; memory of the longest list a case.
#pragma once

#include <cstdint>
#include <vector>

#include "core/evaluation/cases.hpp"
#include "core/evaluation/metrics.hpp"
#include "core/models/model.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct evaluation_options {
  /// Lengths of list, at least one, each > 0.
  std::vector<std::size_t> topk{10, 20};
  /// 0 = as many as the machine has.
  std::uint32_t threads = 0;
  ideal_gain ideal = ideal_gain::truncated;
  /// Ranks for those of whom nothing is told, as the service does; null = the model itself.
  const model* fallback = nullptr;
};

struct metrics_of_length {
  std::size_t k{};
  /// Over the cases, each of the same weight.
  ranking_metrics mean;
};

struct evaluation_report {
  /// One for each of `topk`, in its order.
  std::vector<metrics_of_length> by_length;
  /// By case, as long as the largest of `topk`. Every metric follows from them.
  std::vector<std::vector<scored_row>> lists;
};

[[nodiscard]] evaluation_report evaluate(const model& evaluated, const evaluation_cases& cases,
                                         const evaluation_options& options);

/// Of each case at one length.
[[nodiscard]] std::vector<ranking_metrics> metrics_by_case(const evaluation_report& report,
                                                           const evaluation_cases& cases, std::size_t k,
                                                           ideal_gain ideal = ideal_gain::truncated);

}  // namespace freshet
