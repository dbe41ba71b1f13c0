#include "core/evaluation/evaluate.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/models/parallel.hpp"
#include "core/ranking/slice_scan.hpp"

namespace freshet {
namespace {

constexpr std::size_t cases_per_batch = 64;

using ranked_list = std::vector<scored_row>;

/// Cases first..first + count - 1.
struct batch {
  std::size_t first;
  std::size_t count;
};

class ranker {
 public:
  ranker(const model& evaluated, const evaluation_cases& cases, std::size_t k)
      : model_(evaluated),
        cases_(cases),
        k_(k),
        scan_(evaluated.scores(), {item_row{0}, item_row{static_cast<std::uint32_t>(evaluated.items())}}) {}

  void rank(const batch& asked, std::span<ranked_list> lists, scan_scratch& scratch) const {
    std::vector<query> queries(asked.count);
    std::vector<std::vector<item_row>> seen(asked.count);
    std::vector<std::vector<std::uint64_t>> allowed(asked.count);
    std::vector<scan_request> requests(asked.count);
    for (std::size_t i = 0; i < asked.count; ++i) {
      const auto& each = cases_.cases[asked.first + i];
      const auto user = told(each);
      queries[i] = model_.fold_in(user);
      requests[i] = {.q = &queries[i], .k = k_};
      if (cases_.candidates.size() > 0) {
        allowed[i] = bits_of(cases_.candidates.of(asked.first + i));
        requests[i].allowed = allowed[i];
      } else if (!cases_.ranks_told) {
        for (const auto& entry : user.strengths) seen[i].push_back(entry.item);
        requests[i].excluded = seen[i];
      }
    }
    scan_.rank(requests, lists, scratch);
  }

 private:
  user_interactions told(const evaluation_case& each) const {
    auto user = cases_.told(each.user, each.events);
    const auto is_unknown = [&](const auto& entry) { return to_integer(entry.item) >= model_.items(); };
    std::erase_if(user.strengths, is_unknown);
    std::erase_if(user.sequence, is_unknown);
    return user;
  }

  std::vector<std::uint64_t> bits_of(std::span<const item_row> rows) const {
    std::vector<std::uint64_t> bits((model_.items() + rows_per_word - 1) / rows_per_word);
    for (const auto row : rows) {
      const std::size_t index = to_integer(row);
      if (index < model_.items()) bits[index / rows_per_word] |= std::uint64_t{1} << index % rows_per_word;
    }
    return bits;
  }

  const model& model_;
  const evaluation_cases& cases_;
  std::size_t k_;
  slice_scan scan_;
};

}  // namespace

evaluation_report evaluate(const model& evaluated, const evaluation_cases& cases, const evaluation_options& options) {
  FRESHET_CHECK(!options.topk.empty() && cases.relevant.size() == cases.size());
  FRESHET_CHECK(cases.candidates.size() == 0 || cases.candidates.size() == cases.size());
  const std::size_t longest = *std::max_element(options.topk.begin(), options.topk.end());
  const std::size_t threads = thread_count(options.threads);
  const ranker rank(evaluated, cases, longest);
  evaluation_report report;
  report.lists.resize(cases.size());
  std::vector<scan_scratch> scratch(threads);
  const std::size_t batches = (cases.size() + cases_per_batch - 1) / cases_per_batch;
  parallel_for(batches, threads, [&](std::size_t number, std::size_t thread) {
    const std::size_t first = number * cases_per_batch;
    const batch asked{first, std::min(cases_per_batch, cases.size() - first)};
    rank.rank(asked, std::span(report.lists).subspan(asked.first, asked.count), scratch[thread]);
  });

  for (const auto k : options.topk) {
    metrics_of_length at{.k = k};
    for (const auto& each : metrics_by_case(report, cases, k, options.ideal)) at.mean += each;
    if (cases.size() > 0) at.mean = at.mean / static_cast<double>(cases.size());
    report.by_length.push_back(at);
  }
  return report;
}

std::vector<ranking_metrics> metrics_by_case(const evaluation_report& report, const evaluation_cases& cases,
                                             std::size_t k, ideal_gain ideal) {
  std::vector<ranking_metrics> metrics;
  metrics.reserve(cases.size());
  std::vector<item_row> rows;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& list = report.lists[i];
    rows.clear();
    for (std::size_t rank = 0; rank < std::min(k, list.size()); ++rank) rows.push_back(list[rank].row);
    metrics.push_back(metrics_at(k, rows, cases.relevant.of(i), ideal));
  }
  return metrics;
}

}  // namespace freshet
