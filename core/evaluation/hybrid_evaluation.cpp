#include "core/evaluation/hybrid_evaluation.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/content/content_vectors.hpp"
#include "core/models/parallel.hpp"

namespace freshet {
namespace {

constexpr std::size_t cases_per_chunk = 64;

ranking_metrics mean_of(std::span<const ranking_metrics> each) {
  ranking_metrics sum;
  for (const auto& one : each) sum += one;
  return each.empty() ? sum : sum / static_cast<double>(each.size());
}

std::vector<float> profile_of(const evaluation_cases& cases, std::size_t number, const item_signals& known) {
  const auto& asked = cases.cases[number];
  std::vector<item_row> touched;
  for (const auto& entry : cases.told(asked.user, asked.events).strengths) {
    if (to_integer(entry.item) < known.items()) touched.push_back(entry.item);
  }
  return content_profile(known.content.view(), touched);
}

std::vector<scored_row> rerank(std::span<const scored_row> candidates, std::span<const float> profile,
                               const item_signals& known, const rerank_options& options) {
  std::vector<scored_row> list;
  for (const auto& each : rerank_hybrid(candidates, profile, known, options)) {
    list.push_back({each.row, each.final_score});
  }
  return list;
}

}  // namespace

std::vector<hybrid_length> evaluate_hybrid(const model& evaluated, const evaluation_cases& cases,
                                           const item_signals& known, const hybrid_evaluation_options& options) {
  FRESHET_CHECK(!options.topk.empty() && options.candidate_multiplier > 0 && known.items() == evaluated.items());
  const std::size_t longest = *std::max_element(options.topk.begin(), options.topk.end());
  const auto alone =
      evaluate(evaluated, cases, {.topk = {longest * options.candidate_multiplier}, .threads = options.threads});
  std::vector<evaluation_report> reranked(options.topk.size());
  for (auto& each : reranked) each.lists.resize(cases.size());
  const std::size_t chunks = (cases.size() + cases_per_chunk - 1) / cases_per_chunk;
  parallel_for(chunks, thread_count(options.threads), [&](std::size_t chunk, std::size_t) {
    const std::size_t last = std::min(cases.size(), (chunk + 1) * cases_per_chunk);
    for (std::size_t i = chunk * cases_per_chunk; i < last; ++i) {
      const auto profile = profile_of(cases, i, known);
      const std::span list(alone.lists[i]);
      for (std::size_t length = 0; length < options.topk.size(); ++length) {
        const auto candidates = list.first(std::min(list.size(), options.topk[length] * options.candidate_multiplier));
        reranked[length].lists[i] = rerank(candidates, profile, known, options.rerank);
      }
    }
  });
  std::vector<hybrid_length> lengths;
  for (std::size_t length = 0; length < options.topk.size(); ++length) {
    const std::size_t k = options.topk[length];
    lengths.push_back(
        {k, mean_of(metrics_by_case(alone, cases, k)), mean_of(metrics_by_case(reranked[length], cases, k))});
  }
  return lengths;
}

}  // namespace freshet
