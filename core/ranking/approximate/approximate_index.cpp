#include "core/ranking/approximate/approximate_index.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <string>

#include "core/base/check.hpp"
#include "core/ranking/approximate/row_finder.hpp"

namespace freshet {
namespace {

// Sums of squares of longer rows, taken in float32 by FAISS, could overflow.
constexpr double length_max = 0x1p40;

result<indexed_rows> measure(const dense_scores& scores, const kernel_set& kernels) {
  FRESHET_CHECK(scores.bias.empty() || scores.bias.size() == scores.factors.rows(), "a bias for every item or none");
  indexed_rows made{.scores = scores, .lengths = {}, .kernels = &kernels};
  made.lengths.reserve(made.items());
  for (std::size_t row = 0; row < made.items(); ++row) {
    double square = made.with_bias() ? static_cast<double>(scores.bias[row]) * scores.bias[row] : 0;
    for (const float value : scores.factors.row(row)) square += static_cast<double>(value) * value;
    made.lengths.push_back(std::sqrt(square));
    if (!(made.lengths.back() <= length_max)) {
      return error{error_code::invalid_argument, "row " + std::to_string(row) +
                                                     " of the item factors is not finite, or too long for an index; " +
                                                     "train the model again, or set faiss.index to none"};
    }
  }
  return made;
}

double share_of(std::span<const std::uint64_t> allowed, std::size_t items) {
  if (allowed.empty()) return 1;
  const row_range everything{item_row{0}, item_row{static_cast<std::uint32_t>(items)}};
  std::size_t count = 0;
  for (std::size_t word = 0; word < everything.last_word(); ++word) {
    count += static_cast<std::size_t>(std::popcount(allowed[word] & everything.bits(word)));
  }
  return static_cast<double>(count) / static_cast<double>(items);
}

}  // namespace

approximate_scratch::approximate_scratch() : finding_(std::make_unique<finder_scratch>()) {}
approximate_scratch::~approximate_scratch() = default;
approximate_scratch::approximate_scratch(approximate_scratch&&) noexcept = default;
approximate_scratch& approximate_scratch::operator=(approximate_scratch&&) noexcept = default;

approximate_index::~approximate_index() = default;
approximate_index::approximate_index(approximate_index&&) noexcept = default;
approximate_index& approximate_index::operator=(approximate_index&&) noexcept = default;

approximate_index::approximate_index(std::unique_ptr<const row_finder> finder, std::span<const slice_scan> exact,
                                     std::size_t items)
    : finder_(std::move(finder)), exact_(exact), items_(items) {}

result<approximate_index> approximate_index::build(const dense_scores& scores, std::span<const slice_scan> exact,
                                                   const approximate_options& options, const kernel_set& kernels) {
  FRESHET_CHECK(options.lists > 0 && options.probes > 0 && options.links > 1 && options.width > 0);
  FRESHET_ASSIGN(auto rows, measure(scores, kernels));
  const std::size_t items = rows.items();
  if (items == 0) return approximate_index(nullptr, exact, 0);
  try {
    auto finder =
        options.kind == index_kind::ivf ? make_ivf_finder(rows, options) : make_hnsw_finder(std::move(rows), options);
    return approximate_index(std::move(finder), exact, items);
  } catch (const std::exception& failed) {
    return error{error_code::exhausted, "the index over " + std::to_string(items) +
                                            " items cannot be built; set faiss.index to none: " + failed.what()};
  }
}

void approximate_index::rank(const scan_request& request, std::vector<scored_row>& ranked,
                             approximate_scratch& scratch) const {
  const auto* asked = std::get_if<dense_query>(request.q);
  FRESHET_CHECK(asked != nullptr, "an index takes dense queries");
  ranked.clear();
  // Where a large part of the rows is to be returned there is nothing to save.
  if (request.k > 0 && request.k <= items_ / 4) {
    const row_range everything{item_row{0}, item_row{static_cast<std::uint32_t>(items_)}};
    const finder_request wanted{.factors = asked->factors,
                                .k = request.k,
                                .filter = row_filter(everything, request.excluded, request.allowed),
                                .eligible_share = share_of(request.allowed, items_),
                                .excluded = request.excluded.size()};
    finder_->find(wanted, ranked, *scratch.finding_);
  }
  if (ranked.size() < request.k) rank_exactly(request, ranked, scratch);
}

void approximate_index::rank_exactly(const scan_request& request, std::vector<scored_row>& ranked,
                                     approximate_scratch& scratch) const {
  scratch.parts_.resize(exact_.size());
  for (std::size_t i = 0; i < exact_.size(); ++i) {
    exact_[i].rank({&request, 1}, {&scratch.parts_[i], 1}, scratch.scanning_);
  }
  merge_ranked(scratch.parts_, request.k, ranked);
}

double approximate_index::recall(std::span<const query> queries, std::size_t k) const {
  approximate_scratch scratch;
  std::vector<scored_row> found;
  std::vector<scored_row> exact;
  std::size_t wanted = 0;
  std::size_t hits = 0;
  for (const query& each : queries) {
    const scan_request request{.q = &each, .k = k, .excluded = {}, .allowed = {}};
    rank(request, found, scratch);
    rank_exactly(request, exact, scratch);
    wanted += exact.size();
    for (const auto& best : exact) hits += std::ranges::find(found, best.row, &scored_row::row) == found.end() ? 0 : 1;
  }
  return wanted == 0 ? 1 : static_cast<double>(hits) / static_cast<double>(wanted);
}

}  // namespace freshet
