#include "core/ranking/tail_scan.hpp"

#include <algorithm>

#include "core/base/check.hpp"

namespace freshet {
namespace {

row_range rows_from(item_row first, std::size_t count) {
  FRESHET_CHECK(to_integer(first) % rows_per_word == 0, "rows behind a model's begin with a word of a bitmap");
  return {first, item_row{static_cast<std::uint32_t>(to_integer(first) + count)}};
}

item_row moved(item_row row, std::size_t by) {
  return item_row{static_cast<std::uint32_t>(to_integer(row) + by)};
}

}  // namespace

tail_scan::tail_scan(item_row first, mapped_rows rows) : rows_(rows_from(first, rows.factors.rows())) {
  FRESHET_CHECK(rows.bias.empty() || rows.bias.size() == items(), "a bias for each row, or none");
  scanned made{std::move(rows), nullptr};
  const auto& viewed = std::get<mapped_rows>(made.viewed);
  // Moving a vector leaves its elements where they are, so the views stay good.
  made.scan = std::make_unique<const slice_scan>(dense_scores{viewed.factors.view(), viewed.bias},
                                                 row_range{item_row{0}, moved(item_row{0}, items())});
  scored_by_ = std::move(made);
}

tail_scan::tail_scan(item_row first, constant_rows rows) : rows_(rows_from(first, rows.scores.size())) {
  scanned made{std::move(rows), nullptr};
  made.scan = std::make_unique<const slice_scan>(constant_scores{std::get<constant_rows>(made.viewed).scores},
                                                 row_range{item_row{0}, moved(item_row{0}, items())});
  scored_by_ = std::move(made);
}

tail_scan::tail_scan(item_row first, neighbour_rows rows)
    : rows_(rows_from(first, rows.neighbours.rows())), scored_by_(std::move(rows)) {}

void tail_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                     scan_scratch& scratch) const {
  if (items() == 0) return;
  if (const auto* rows = std::get_if<scanned>(&scored_by_)) return rank(*rows, requests, ranked, scratch);
  const auto& rows = std::get<neighbour_rows>(scored_by_);
  for (std::size_t each = 0; each < requests.size(); ++each) rank(rows, requests[each], ranked[each]);
}

/// The slice numbers its rows from 0.
void tail_scan::rank(const scanned& rows, std::span<const scan_request> requests,
                     std::span<std::vector<scored_row>> ranked, scan_scratch& scratch) const {
  scratch.moved.assign(requests.begin(), requests.end());
  scratch.moved_exclusions.resize(std::max(scratch.moved_exclusions.size(), requests.size()));
  scratch.found.resize(std::max(scratch.found.size(), requests.size()));
  for (std::size_t each = 0; each < requests.size(); ++each) {
    auto& request = scratch.moved[each];
    auto& excluded = scratch.moved_exclusions[each];
    if (!request.allowed.empty()) request.allowed = request.allowed.subspan(rows_.first_word());
    excluded.clear();
    const auto from = std::ranges::lower_bound(request.excluded, rows_.first);
    for (auto row = from; row != request.excluded.end() && *row < rows_.last; ++row) {
      excluded.push_back(item_row{static_cast<std::uint32_t>(to_integer(*row) - rows_.begin())});
    }
    request.excluded = excluded;
  }
  rows.scan->rank(scratch.moved, std::span(scratch.found).first(requests.size()), scratch);
  for (std::size_t each = 0; each < requests.size(); ++each) {
    for (const auto& row : scratch.found[each]) ranked[each].push_back({moved(row.row, rows_.begin()), row.score});
  }
}

void tail_scan::rank(const neighbour_rows& rows, const scan_request& request, std::vector<scored_row>& ranked) const {
  std::vector<scored_row> kept;
  top_k best(kept, request.k, items());
  const row_filter filter(rows_, request.excluded, request.allowed);
  for (std::size_t place = 0; place < items(); ++place) {
    const auto row = moved(rows_.first, place);
    if (!filter.is_eligible(row)) continue;
    float mean = 0;
    for (const auto& [like, weight] : rows.neighbours.of(place)) {
      mean += weight * score_of(rows.scores, *request.q, like);
    }
    best.offer(row, mean);
  }
  best.finish();
  ranked.insert(ranked.end(), kept.begin(), kept.end());
}

}  // namespace freshet
