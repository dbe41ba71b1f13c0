// What:   ranks rows behind a model's own: items that came after it was trained, until the next training takes them in.
// How:    a row has what its list is scored by:
//           mapped      factors (and a bias) that its content was mapped to: scanned like the model's own rows;
//           constant    a score of its own;
//           neighbours  the known rows most like it, with weights that sum to 1: its score is the weighted mean of
//                       theirs, whatever the shape of the model.
// Exact:  the order is that of top_k.hpp over these scores; filters and exclusions hold as in a slice.
// Shapes: rows [first, first + items()) of the catalogue; `first` is a multiple of 64, the words of a bitmap.
// Threads: immutable; a scratch serves one caller at a time.
// Cost:   mapped and constant: as slice_scan.hpp. Neighbours: a look-up in the model for each of them, about .1 us:
//         thousands of rows, not millions.
// Source: Gantner et al. 2010, "Learning Attribute-to-Feature Mappings for Cold-Start Recommendations": linear
//         regression (mapped), k nearest neighbours (neighbours).
#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "core/data/history.hpp"
#include "core/linalg/matrix_view.hpp"
#include "core/models/model.hpp"
#include "core/ranking/scan_request.hpp"
#include "core/ranking/slice_scan.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

struct mapped_rows {
  matrix<float> factors;
  /// Empty = none.
  std::vector<float> bias;
};

struct constant_rows {
  std::vector<float> scores;
};

/// Row i is like the known rows like[offsets[i]..offsets[i + 1]), with weights that sum to 1.
struct row_neighbours {
  std::vector<std::size_t> offsets{0};
  std::vector<weighted<item_row>> like;

  std::size_t rows() const { return offsets.size() - 1; }
  std::span<const weighted<item_row>> of(std::size_t row) const {
    return std::span(like).subspan(offsets[row], offsets[row + 1] - offsets[row]);
  }
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

class tail_scan {
 public:
  tail_scan(item_row first, mapped_rows rows);
  tail_scan(item_row first, constant_rows rows);
  tail_scan(item_row first, neighbour_rows rows);

  std::size_t items() const { return rows_.size(); }
  row_range rows() const { return rows_; }

  /// Appends to ranked[i] the best rows of requests[i], at most k, in any order.
  void rank(std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const;

 private:
  /// What a slice scan views, beside it.
  struct scanned {
    std::variant<mapped_rows, constant_rows> viewed;
    std::unique_ptr<const slice_scan> scan;
  };

  void rank(const scanned& rows, std::span<const scan_request> requests, std::span<std::vector<scored_row>> ranked,
            scan_scratch& scratch) const;
  void rank(const neighbour_rows& rows, const scan_request& request, std::vector<scored_row>& ranked) const;

  row_range rows_;
  std::variant<scanned, neighbour_rows> scored_by_;
};

}  // namespace freshet
