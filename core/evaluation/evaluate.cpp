#include "core/evaluation/evaluate.hpp"

#include <algorithm>
#include <optional>

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

/// Cases that one model ranks together.
struct asked_cases {
  std::vector<std::size_t> numbers;
  std::vector<query> queries;
  /// What is not ranked, ascending.
  std::vector<std::vector<item_row>> seen;
};

row_range all_rows_of(const model& served) {
  return {item_row{0}, item_row{static_cast<std::uint32_t>(served.items())}};
}

class ranker {
 public:
  ranker(const model& evaluated, const evaluation_cases& cases, std::size_t k)
      : model_(evaluated), cases_(cases), k_(k), scan_(evaluated.scores(), all_rows_of(evaluated)) {}

  /// What the model is told of a case: of items that it does not know, nothing.
  user_interactions told(const evaluation_case& each, std::uint32_t events) const {
    auto user = cases_.told(each.user, events);
    const auto is_unknown = [&](const auto& entry) { return to_integer(entry.item) >= model_.items(); };
    std::erase_if(user.strengths, is_unknown);
    std::erase_if(user.sequence, is_unknown);
    return user;
  }

  /// Ranks the asked cases into their places of `lists`, which holds those of all cases.
  void rank(const asked_cases& asked, std::span<ranked_list> lists, scan_scratch& scratch) const {
    const std::size_t count = asked.numbers.size();
    std::vector<std::vector<std::uint64_t>> allowed(count);
    std::vector<scan_request> requests(count);
    std::vector<ranked_list> ranked(count);
    for (std::size_t i = 0; i < count; ++i) {
      requests[i] = {.q = &asked.queries[i], .k = k_};
      if (cases_.candidates.size() > 0) {
        allowed[i] = bits_of(cases_.candidates.of(asked.numbers[i]));
        requests[i].allowed = allowed[i];
      } else {
        requests[i].excluded = asked.seen[i];
      }
    }
    scan_.rank(requests, ranked, scratch);
    for (std::size_t i = 0; i < count; ++i) lists[asked.numbers[i]] = std::move(ranked[i]);
  }

  const model& asked_model() const { return model_; }

 private:
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

/// The model, and the fallback for those of whom nothing is told.
class two_rankers {
 public:
  two_rankers(const model& evaluated, const model* fallback, const evaluation_cases& cases, std::size_t k)
      : cases_(cases), first_(evaluated, cases, k) {
    if (fallback != nullptr) fallback_.emplace(*fallback, cases, k);
  }

  void rank(const batch& asked, std::span<ranked_list> lists, scan_scratch& scratch) const {
    asked_cases known, unknown;
    for (std::size_t number = asked.first; number < asked.first + asked.count; ++number) {
      const auto& each = cases_.cases[number];
      const auto user = first_.told(each, each.events);
      const bool falls_back = fallback_ && user.strengths.empty() && user.sequence.empty();
      auto& to = falls_back ? unknown : known;
      to.numbers.push_back(number);
      to.seen.push_back(rows_of(each.seen == as_told ? user : first_.told(each, each.seen)));
      to.queries.push_back((falls_back ? *fallback_ : first_).asked_model().fold_in(user));
    }
    first_.rank(known, lists, scratch);
    if (fallback_) fallback_->rank(unknown, lists, scratch);
  }

 private:
  std::vector<item_row> rows_of(const user_interactions& seen) const {
    std::vector<item_row> rows;
    if (cases_.ranks_told) return rows;
    for (const auto& entry : seen.strengths) rows.push_back(entry.item);
    return rows;
  }

  const evaluation_cases& cases_;
  ranker first_;
  std::optional<ranker> fallback_;
};

}  // namespace

evaluation_report evaluate(const model& evaluated, const evaluation_cases& cases, const evaluation_options& options) {
  FRESHET_CHECK(!options.topk.empty() && cases.relevant.size() == cases.size());
  FRESHET_CHECK(cases.candidates.size() == 0 || cases.candidates.size() == cases.size());
  const std::size_t longest = *std::max_element(options.topk.begin(), options.topk.end());
  const std::size_t threads = thread_count(options.threads);
  const two_rankers rankers(evaluated, options.fallback, cases, longest);
  evaluation_report report;
  report.lists.resize(cases.size());
  std::vector<scan_scratch> scratch(threads);
  const std::size_t batches = (cases.size() + cases_per_batch - 1) / cases_per_batch;
  parallel_for(batches, threads, [&](std::size_t number, std::size_t thread) {
    const std::size_t first = number * cases_per_batch;
    rankers.rank({first, std::min(cases_per_batch, cases.size() - first)}, report.lists, scratch[thread]);
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
