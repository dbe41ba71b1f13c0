// What:   ranks the rows behind a model's own: items that came after it was trained, until the next training takes them
//         in. Rows [first, first + items()) of the catalogue.
// How:    a row has what its list is scored by:
//           mapped      factors (and a bias) that its content was mapped to: scored like the model's own rows;
//           neighbours  the known rows most like it, with weights that sum to 1: its score is the weighted mean of
//                       theirs, whatever the shape of the model;
//           constant    a score of its own.
// Exact:  the order is that of top_k.hpp over these scores; filters and exclusions hold as in a slice.
// Threads: immutable; copies share nothing that changes.
// Cost:   one product a row (mapped), one look-up a neighbour (neighbours): thousands of rows, not millions.
// Source: mapped: Gantner et al. 2010, "Learning Attribute-to-Feature Mappings for Cold-Start Recommendations", linear
//         regression; neighbours: the same, k-nearest-neighbour mapping.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "core/data/history.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/models/model.hpp"
#include "core/ranking/scan_request.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct mapped_rows {
  matrix<float> factors;
  /// Empty = none.
  std::vector<float> bias;
};

/// Row i is like the known rows like[offsets[i]..offsets[i + 1]), with weights that sum to 1.
struct row_neighbours {
  std::vector<std::size_t> offsets{0};
  std::vector<weighted<item_row>> like;

  std::size_t rows() const { return offsets.size() - 1; }
  void append(std::span<const weighted<item_row>> of_row) {
    like.insert(like.end(), of_row.begin(), of_row.end());
    offsets.push_back(like.size());
  }
};

struct neighbour_rows {
  /// Views into the model, which must outlive the scan.
  item_scores scores;
  row_neighbours neighbours;
};

struct constant_rows {
  std::vector<float> scores;
};

class tail_scan {
 public:
  /// Of no rows.
  tail_scan() = default;
  tail_scan(item_row first, mapped_rows rows);
  tail_scan(item_row first, neighbour_rows rows);
  tail_scan(item_row first, constant_rows rows);

  std::size_t items() const { return items_; }
  row_range rows() const;

  /// `row` is one of rows().
  float score(const query& asked, item_row row) const;
  /// The best rows of the request, best first.
  void rank(const scan_request& request, std::vector<scored_row>& ranked) const;

 private:
  item_row first_{};
  std::size_t items_ = 0;
  std::variant<constant_rows, mapped_rows, neighbour_rows> scored_by_;
};

}  // namespace freshet
