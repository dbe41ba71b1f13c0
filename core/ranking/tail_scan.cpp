#include "core/ranking/tail_scan.hpp"

#include "core/base/check.hpp"
#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

/// The score of one row of the tail, by its place in it.
struct row_score {
  const query& asked;
  std::size_t place;

  float operator()(const constant_rows& rows) const { return rows.scores[place]; }

  float operator()(const mapped_rows& rows) const {
    const auto& factors = std::get<dense_query>(asked).factors;
    const float product = best_kernels().dot(factors.data(), rows.factors.row(place).data(), factors.size());
    return rows.bias.empty() ? product : product + rows.bias[place];
  }

  float operator()(const neighbour_rows& rows) const {
    const auto& [offsets, like] = rows.neighbours;
    float mean = 0;
    for (std::size_t each = offsets[place]; each < offsets[place + 1]; ++each) {
      mean += like[each].strength * score_of(rows.scores, asked, like[each].item);
    }
    return mean;
  }
};

}  // namespace

tail_scan::tail_scan(item_row first, mapped_rows rows)
    : first_(first), items_(rows.factors.rows()), scored_by_(std::move(rows)) {
  const auto& bias = std::get<mapped_rows>(scored_by_).bias;
  FRESHET_CHECK(bias.empty() || bias.size() == items_, "a bias for each row, or none");
}

tail_scan::tail_scan(item_row first, neighbour_rows rows)
    : first_(first), items_(rows.neighbours.rows()), scored_by_(std::move(rows)) {}

tail_scan::tail_scan(item_row first, constant_rows rows)
    : first_(first), items_(rows.scores.size()), scored_by_(std::move(rows)) {}

row_range tail_scan::rows() const {
  return {first_, item_row{static_cast<std::uint32_t>(to_integer(first_) + items_)}};
}

float tail_scan::score(const query& asked, item_row row) const {
  return std::visit(row_score{asked, to_integer(row) - to_integer(first_)}, scored_by_);
}

void tail_scan::rank(const scan_request& request, std::vector<scored_row>& ranked) const {
  top_k best(ranked, request.k, items_);
  const row_filter filter(rows(), request.excluded, request.allowed);
  for (std::size_t place = 0; place < items_; ++place) {
    const item_row row{static_cast<std::uint32_t>(to_integer(first_) + place)};
    if (filter.is_eligible(row)) best.offer(row, score(*request.q, row));
  }
  best.finish();
}

}  // namespace freshet
