// What:    the one interface through which every model family is served.
// Why:     a model turns what a user did into a query and the catalogue is scored with it. Three query shapes cover
//          all families, so scanning, filtering, hot swap and fold-in are written once (core/ranking).
// Shapes:  dense:    score(i) = factors . V[i] + bias[i]      V is [items x f] row-major
//          sparse:   score(i) = sum over h of weight(h) x B[h][i]
//          constant: score(i) = constant[i]
//          blend:    score(i) = sum over parts p of weight(p) x score of p(i), parts of the other shapes
// Threads: a model is immutable once loaded; every member may be called from any thread.
// Errors:  none here: what can fail (damaged files, wrong shapes) fails in io/artifacts when the model is loaded.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/strong_id.hpp"
#include "core/data/user_interactions.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

struct constant_query {};
struct dense_query {
  std::vector<float> factors;
};
struct sparse_query {
  taste weights;
};
struct blend_query;
using query = std::variant<constant_query, dense_query, sparse_query, blend_query>;
struct blend_query {
  /// One for each part of the scores, in their order; none is a blend.
  std::vector<query> parts;
};

/// Rows of item-item weights, compressed: row h holds columns[offsets[h]..offsets[h+1]) and their values. Without
/// `columns` every row holds every column in order, and `values` is the matrix B row by row.
struct sparse_rows_view {
  std::span<const std::uint64_t> offsets;
  std::span<const item_row> columns;
  std::span<const float> values;

  std::size_t items() const { return offsets.empty() ? 0 : offsets.size() - 1; }
  bool holds_every_column() const { return columns.empty() && !values.empty(); }
};

/// What the scan reads. Views into the model, which must outlive them.
struct dense_scores {
  matrix_view<const float> factors;  // [items x f]
  std::span<const float> bias;       // [items] or empty
};
struct sparse_scores {
  sparse_rows_view rows;
};
struct constant_scores {
  std::span<const float> scores;  // [items]
};
struct blend_scores;
using item_scores = std::variant<constant_scores, dense_scores, sparse_scores, blend_scores>;
struct blend_scores {
  std::vector<item_scores> parts;
  std::vector<float> weights;
};

/// The score of one item: the same bytes as a scan gives. Cost: O(f), or O(history x log row) for sparse scores.
[[nodiscard]] float score_of(const item_scores& scores, const query& asked, item_row item);

/// What one item of a history adds to a score.
struct contribution {
  item_row item{};
  float amount{};

  friend bool operator==(const contribution&, const contribution&) = default;
};

class model {
 public:
  virtual ~model() = default;

  /// "als", "popularity", ...: the name that `freshet train` takes.
  virtual std::string_view type() const = 0;
  virtual std::size_t items() const = 0;
  /// Length of a dense query; 0 for the other shapes.
  virtual std::size_t factors() const = 0;
  virtual item_scores scores() const = 0;

  /// The query of a user who did this, trained or not. A pure function: the same interactions give the same bytes on
  /// the same machine.
  virtual query fold_in(const user_interactions& user) const = 0;

  /// Why `item` has its score for this user: one contribution for each item of the strengths, in their order. Exact
  /// (they add up to the score, less a bias) where the family says so; else, as here, the score less what it would be
  /// had the user not touched that item. Cost here: a fold-in for each item of the strengths.
  virtual std::vector<contribution> explain(const user_interactions& user, item_row item) const;

  /// The query whose ranking over `similarity_scores()` is "items like this one". The item itself is among them.
  virtual query similar_to(item_row item) const = 0;

  /// What a query of `similar_to` is scored against: for families whose likeness is a cosine, rows of length 1; the
  /// scores themselves where nothing else is said.
  virtual item_scores similarity_scores() const { return scores(); }
};

}  // namespace freshet
