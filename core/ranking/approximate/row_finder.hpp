// What: what the two kinds of index have in common: approximate_index.hpp is the manual.
// Why:  FAISS clusters, links and walks; rows are compared with core/linalg/kernels, since Debian builds FAISS without
//       AVX and its own loops take ten times as long.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/linalg/kernels.hpp"
#include "core/models/model.hpp"
#include "core/ranking/approximate/approximate_index.hpp"
#include "core/ranking/row_filter.hpp"
#include "core/ranking/top_k.hpp"

namespace faiss {
struct VisitedTable;
}

namespace freshet {

/// What an index is built over: each row is its factors and, where there is one, its bias.
struct indexed_rows {
  dense_scores scores;
  /// Of the rows, bias included; finite.
  std::vector<double> lengths;
  const kernel_set* kernels{};

  std::size_t items() const { return scores.factors.rows(); }
  std::size_t factors() const { return scores.factors.columns(); }
  bool with_bias() const { return !scores.bias.empty(); }
};

struct finder_scratch {
  finder_scratch();
  ~finder_scratch();

  // ivf
  std::vector<float> extended;
  std::vector<scored_row> nearest;
  // hnsw
  std::vector<float> distances;
  std::vector<std::int64_t> rows;
  std::unique_ptr<faiss::VisitedTable> visited;
};

struct finder_request {
  std::span<const float> factors;
  std::size_t k{};
  row_filter filter;
  /// Of all rows, how many the filter leaves, about.
  double eligible_share = 1;
  std::size_t excluded{};
};

class row_finder {
 public:
  virtual ~row_finder() = default;
  /// `ranked` becomes eligible rows that probably are the best, best first; fewer than k, or none, where it is no
  /// task for an index.
  virtual void find(const finder_request& request, std::vector<scored_row>& ranked, finder_scratch& scratch) const = 0;
};

/// Rows > 0. May throw what FAISS throws.
[[nodiscard]] std::unique_ptr<const row_finder> make_ivf_finder(const indexed_rows& rows,
                                                                const approximate_options& options);
[[nodiscard]] std::unique_ptr<const row_finder> make_hnsw_finder(indexed_rows rows, const approximate_options& options);

}  // namespace freshet
