// What:   a list that is relevant and varied: each place goes to the candidate with the largest
//         (1 - diversity) x relevance - diversity x largest cosine with those already placed.
// How:    relevance is min-max scaled over the candidates, so that both terms have a like range. diversity 0 is the
//         order of the scores; with diversity 1 the most relevant stands first and likeness alone decides the rest.
// Order:  ties go to the higher score, then to the lower row: the order of the candidates does not matter.
// Cost:   k x candidates x d.
// Source: Carbonell and Goldstein 1998, eq. 2, with lambda = 1 - diversity.
#pragma once

#include <span>
#include <vector>

#include "core/linalg/matrix_view.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct mmr_options {
  /// 0..1.
  float diversity{};
  std::size_t k{};
};

/// At most k of the candidates, which keep their scores. `likeness` holds rows of length 1 or 0.
[[nodiscard]] std::vector<scored_row> rerank_mmr(std::span<const scored_row> candidates,
                                                 matrix_view<const float> likeness, const mmr_options& options);

}  // namespace freshet
