// What:    the one interface through which every model family is served.
// Why:     a model turns a user's taste into a query and the catalogue is scored with it. Three query shapes cover
//          all families, so scanning, filtering, hot swap and fold-in are written once (core/ranking).
// Shapes:  dense:    score(i) = factors . V[i] + bias[i]      V is [items x f] row-major
//          sparse:   score(i) = sum over h of weight(h) x B[h][i]
//          constant: score(i) = constant[i]
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
#include "core/data/history.hpp"
#include "core/linalg/matrix_view.hpp"

namespace freshet {

/// Taste as strength per row of the model; ascending by row, strengths > 0.
using taste = std::vector<weighted<item_row>>;

struct constant_query {};
struct dense_query {
  std::vector<float> factors;
};
struct sparse_query {
  taste weights;
};
using query = std::variant<constant_query, dense_query, sparse_query>;

/// Rows of item-item weights, compressed: row h holds columns[offsets[h]..offsets[h+1]) and their values.
struct sparse_rows_view {
  std::span<const std::uint64_t> offsets;
  std::span<const item_row> columns;
  std::span<const float> values;
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
using item_scores = std::variant<constant_scores, dense_scores, sparse_scores>;

class model {
 public:
  virtual ~model() = default;

  /// "als", "popularity", ...: the name that `freshet train` takes.
  virtual std::string_view type() const = 0;
  virtual std::size_t items() const = 0;
  /// Length of a dense query; 0 for the other shapes.
  virtual std::size_t factors() const = 0;
  virtual item_scores scores() const = 0;

  /// The query of a user with this taste. A pure function: the same taste gives the same bytes on the same machine.
  virtual query fold_in(const taste& user_taste) const = 0;

  /// The query whose ranking over `similarity_scores()` is "items like this one". The item itself is among them.
  virtual query similar_to(item_row item) const = 0;

  /// What a query of `similar_to` is scored against: for families whose likeness is a cosine, rows of length 1; the
  /// scores themselves where nothing else is said.
  virtual item_scores similarity_scores() const { return scores(); }
};

}  // namespace freshet
