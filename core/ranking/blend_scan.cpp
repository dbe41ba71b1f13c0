#include "core/ranking/blend_scan.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/ranking/select_best.hpp"

namespace freshet {

blend_scan::blend_scan(const blend_scores& scores, row_range slice, const kernel_set& kernels)
    : slice_(slice), kernels_(&kernels) {
  FRESHET_CHECK(scores.parts.size() == scores.weights.size(), "a weight for every part");
  for (std::size_t p = 0; p < scores.parts.size(); ++p) {
    FRESHET_CHECK(!std::holds_alternative<blend_scores>(scores.parts[p]), "a blend has no blends as parts");
    auto& added = parts_.emplace_back(part{scores.parts[p], scores.weights[p], std::nullopt});
    if (const auto* sparse = std::get_if<sparse_scores>(&added.scores)) added.sparse.emplace(*sparse, slice, kernels);
  }
}

void blend_scan::score(const part& one, const query& asked, std::span<float> scores) const {
  if (const auto* constant = std::get_if<constant_scores>(&one.scores)) {
    std::ranges::copy(constant->scores.subspan(slice_.begin(), slice_.size()), scores.begin());
  } else if (const auto* dense = std::get_if<dense_scores>(&one.scores)) {
    const auto& factors = std::get<dense_query>(asked).factors;
    FRESHET_CHECK(factors.size() == dense->factors.columns(), "a query as long as the item factors");
    for (std::size_t i = 0; i < scores.size(); ++i) {
      const std::size_t row = slice_.begin() + i;
      const float product = kernels_->dot(factors.data(), dense->factors.row(row).data(), factors.size());
      scores[i] = dense->bias.empty() ? product : product + dense->bias[row];
    }
  } else {
    one.sparse->score(std::get<sparse_query>(asked), scores);
  }
}

void blend_scan::rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
                      scan_scratch& scratch) const {
  scratch.scores.resize(slice_.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto* asked = std::get_if<blend_query>(requests[i].q);
    FRESHET_CHECK(asked != nullptr && asked->parts.size() == parts_.size(), "a query for every part of the blend");
    scratch.blended.assign(slice_.size(), 0.0F);
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      score(parts_[p], asked->parts[p], scratch.scores);
      kernels_->add_scaled(parts_[p].weight, scratch.scores.data(), scratch.blended.data(), slice_.size());
    }
    select_best(requests[i], slice_, scratch.blended, *kernels_, ranked[i]);
  }
}

}  // namespace freshet
