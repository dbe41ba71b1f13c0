#include "core/evaluation/temporal_loo.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/models/parallel.hpp"
#include "core/ranking/slice_scan.hpp"

namespace freshet {
namespace {

constexpr std::size_t users_per_batch = 64;

using ranked_list = std::vector<scored_row>;

class ranker {
 public:
  ranker(const model& evaluated, const training_data& rest, std::size_t k)
      : model_(evaluated),
        rest_(rest),
        k_(k),
        scan_(evaluated.scores(), {item_row{0}, item_row{static_cast<std::uint32_t>(evaluated.items())}}) {}

  void rank(std::span<const held_out_case> cases, std::span<ranked_list> lists, scan_scratch& scratch) const {
    std::vector<query> queries(cases.size());
    std::vector<std::vector<item_row>> seen(cases.size());
    std::vector<scan_request> requests(cases.size());
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const auto rest = interactions_of(rest_, cases[i].user);
      queries[i] = model_.fold_in(rest);
      for (const auto& entry : rest.strengths) seen[i].push_back(entry.item);
      requests[i] = {.q = &queries[i], .k = k_, .excluded = seen[i]};
    }
    scan_.rank(requests, lists, scratch);
  }

 private:
  const model& model_;
  const training_data& rest_;
  std::size_t k_;
  slice_scan scan_;
};

std::uint32_t rank_of(const std::optional<item_row>& item, const ranked_list& list) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& each) { return each.row == item; });
  return found == list.end() ? 0 : static_cast<std::uint32_t>(found - list.begin() + 1);
}

metrics_of_length summarise(std::size_t k, std::span<const held_out_case> cases, std::span<const ranked_list> lists,
                            std::size_t items) {
  metrics_of_length summary{.k = k};
  std::vector<bool> shown(items);
  std::vector<item_row> rows;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    rows.clear();
    for (std::size_t rank = 0; rank < std::min(k, lists[i].size()); ++rank) rows.push_back(lists[i][rank].row);
    for (const auto row : rows) shown[to_integer(row)] = true;
    const auto& held_out = cases[i].item;
    const auto relevant = held_out ? std::span(&*held_out, 1) : std::span<const item_row>();
    summary.mean += metrics_at(k, rows, relevant);
  }
  if (!cases.empty()) summary.mean = summary.mean / static_cast<double>(cases.size());
  const auto covered = static_cast<double>(std::count(shown.begin(), shown.end(), true));
  summary.coverage = items == 0 ? 0 : covered / static_cast<double>(items);
  return summary;
}

}  // namespace

void add_user(leave_one_out_data& data, std::span<const interaction> history, const row_of_item& rows,
              const strength_options& options) {
  const auto split = hold_out_last(history);
  const user_row user{static_cast<std::uint32_t>(data.rest.strengths.rows())};
  add_user(data.rest, split.rest, rows, options);
  if (!split.held_out) return;
  const auto number = to_integer(split.held_out->item);
  data.cases.push_back({user, number < rows.size() ? rows[number] : std::nullopt, split.held_out->ts});
}

evaluation_report evaluate_temporal_loo(const model& evaluated, const training_data& rest,
                                        std::span<const held_out_case> cases, const evaluation_options& options) {
  FRESHET_CHECK(!options.topk.empty() && rest.strengths.columns() <= evaluated.items());
  const std::size_t longest = *std::max_element(options.topk.begin(), options.topk.end());
  const std::size_t threads = thread_count(options.threads);
  const ranker rank(evaluated, rest, longest);
  std::vector<ranked_list> lists(cases.size());
  std::vector<scan_scratch> scratch(threads);
  const std::size_t batches = (cases.size() + users_per_batch - 1) / users_per_batch;
  parallel_for(batches, threads, [&](std::size_t batch, std::size_t thread) {
    const std::size_t first = batch * users_per_batch;
    const std::size_t count = std::min(users_per_batch, cases.size() - first);
    rank.rank(cases.subspan(first, count), std::span(lists).subspan(first, count), scratch[thread]);
  });

  evaluation_report report;
  for (std::size_t i = 0; i < cases.size(); ++i) report.ranks.push_back(rank_of(cases[i].item, lists[i]));
  for (const auto k : options.topk) report.by_length.push_back(summarise(k, cases, lists, evaluated.items()));
  return report;
}

}  // namespace freshet
