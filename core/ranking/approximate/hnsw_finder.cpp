// How: a walk compares rows with the query by their scores. Links join rows by product / sqrt(length x length): by the
//      product alone nearly all links lead to the longest rows, by the angle alone too few do (recall@10 on ALS factors
//      .92, .97 and, so, .98).
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/HNSW.h>
#include <faiss/utils/Heap.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/ranking/approximate/row_finder.hpp"

namespace freshet {
namespace {

using row_number = faiss::HNSW::idx_t;

// Rows in view while a row is linked.
constexpr int width_of_building = 80;
// A walk compares about so many rows for one in view; where that comes near all rows the exact scan is faster.
constexpr std::size_t rows_per_width = 64;

/// From a query to the rows; smaller is nearer.
class query_distance : public faiss::DistanceComputer {
 public:
  query_distance(const indexed_rows& rows, std::span<const float> asked) : rows_(&rows), asked_(asked) {}

  void set_query(const float* asked) final { asked_ = {asked, rows_->factors()}; }
  float operator()(row_number row) override {
    const auto place = static_cast<std::size_t>(row);
    const float product = product_with(asked_, place);
    return -(rows_->with_bias() ? product + rows_->scores.bias[place] : product);
  }
  float symmetric_dis(row_number, row_number) override { return 0; }  // a walk compares no rows

 protected:
  float product_with(std::span<const float> asked, std::size_t row) const {
    return rows_->kernels->dot(asked.data(), rows_->scores.factors.row(row).data(), asked.size());
  }
  const indexed_rows* rows_;

 private:
  std::span<const float> asked_;
};

/// From a row that is being linked to the others.
class link_distance final : public query_distance {
 public:
  link_distance(const indexed_rows& rows) : query_distance(rows, {}) {
    for (const double length : rows.lengths)
      scales_.push_back(length > 0 ? static_cast<float>(1 / std::sqrt(length)) : 0);
  }

  void stand_on(row_number row) { row_ = row; }
  float operator()(row_number row) override { return symmetric_dis(row_, row); }
  float symmetric_dis(row_number a, row_number b) override {
    const auto left = static_cast<std::size_t>(a);
    const auto right = static_cast<std::size_t>(b);
    float product = product_with(rows_->scores.factors.row(left), right);
    if (rows_->with_bias()) product += rows_->scores.bias[left] * rows_->scores.bias[right];
    return -(product * (scales_[left] * scales_[right]));
  }

 private:
  std::vector<float> scales_;
  row_number row_ = 0;
};

/// FAISS wants a lock for every row, though only one thread builds.
struct row_locks {
  explicit row_locks(std::size_t rows) : all(rows) {
    std::ranges::for_each(all, [](auto& each) { omp_init_lock(&each); });
  }
  ~row_locks() {
    std::ranges::for_each(all, [](auto& each) { omp_destroy_lock(&each); });
  }
  row_locks(const row_locks&) = delete;
  row_locks& operator=(const row_locks&) = delete;

  std::vector<omp_lock_t> all;
};

class hnsw_finder final : public row_finder {
 public:
  hnsw_finder(indexed_rows rows, const approximate_options& options)
      : rows_(std::move(rows)), graph_(static_cast<int>(options.links)), width_(options.width) {
    graph_.efConstruction = width_of_building;
    graph_.prepare_level_tab(rows_.items());
    // The highest levels first, as FAISS does.
    std::vector<int> order(rows_.items());
    std::iota(order.begin(), order.end(), 0);
    const auto level_of = [&](int row) { return graph_.levels[static_cast<std::size_t>(row)]; };
    std::ranges::stable_sort(order, std::greater<>(), level_of);
    row_locks locks(rows_.items());
    faiss::VisitedTable visited(static_cast<int>(rows_.items()));
    link_distance distance(rows_);
    for (const int row : order) {
      distance.stand_on(row);
      graph_.add_with_locks(distance, level_of(row) - 1, row, locks.all, visited);
    }
  }

  void find(const finder_request& request, std::vector<scored_row>& ranked, finder_scratch& scratch) const override {
    ranked.clear();
    // FAISS 1.7.3 takes no selector here. Rows that are filtered away are walked over and take their place in view;
    // those that a user has seen are among the best.
    const double filtered = static_cast<double>(std::max(width_, request.k)) / request.eligible_share;
    if (!(filtered < static_cast<double>(rows_.items()))) return;
    const std::size_t width = static_cast<std::size_t>(filtered) + request.excluded;
    if (width > width_ && width * rows_per_width > rows_.items()) return;
    walk(request.factors, width, scratch);
    top_k best(ranked, request.k, width);
    for (std::size_t i = 0; i < width; ++i) {
      if (scratch.rows[i] < 0) continue;  // fewer were met
      const item_row row{static_cast<std::uint32_t>(scratch.rows[i])};
      if (request.filter.is_eligible(row)) best.offer(row, -scratch.distances[i]);
    }
    best.finish();
  }

 private:
  void walk(std::span<const float> asked, std::size_t width, finder_scratch& scratch) const {
    if (!scratch.visited || scratch.visited->visited.size() != rows_.items()) {
      scratch.visited = std::make_unique<faiss::VisitedTable>(static_cast<int>(rows_.items()));
    }
    faiss::SearchParametersHNSW parameters;
    parameters.efSearch = static_cast<int>(width);
    scratch.distances.resize(width);
    scratch.rows.resize(width);
    faiss::maxheap_heapify(width, scratch.distances.data(), scratch.rows.data());
    query_distance distance(rows_, asked);
    graph_.search(distance, static_cast<int>(width), scratch.rows.data(), scratch.distances.data(), *scratch.visited,
                  &parameters);
  }

  indexed_rows rows_;
  faiss::HNSW graph_;
  std::size_t width_;
};

}  // namespace

finder_scratch::finder_scratch() = default;
finder_scratch::~finder_scratch() = default;

std::unique_ptr<const row_finder> make_hnsw_finder(indexed_rows rows, const approximate_options& options) {
  return std::make_unique<hnsw_finder>(std::move(rows), options);
}

}  // namespace freshet
