#include <faiss/IndexFlat.h>
#include <omp.h>

#include "tools/bench/contenders.hpp"

namespace freshet::bench {
namespace {

class faiss_contender final : public contender {
 public:
  explicit faiss_contender(matrix_view<const float> factors) : index_(static_cast<int>(factors.columns())) {
    omp_set_num_threads(1);
    index_.add(static_cast<faiss::Index::idx_t>(factors.rows()), factors.data());
  }

  void rank(matrix_view<const float> queries, std::size_t k, std::vector<std::vector<scored_row>>& ranked) override {
    scores_.resize(queries.rows() * k);
    labels_.resize(queries.rows() * k);
    index_.search(static_cast<faiss::Index::idx_t>(queries.rows()), queries.data(), static_cast<faiss::Index::idx_t>(k),
                  scores_.data(), labels_.data());
    for (std::size_t i = 0; i < queries.rows(); ++i) {
      ranked[i].clear();
      for (std::size_t j = i * k; j < (i + 1) * k; ++j) {
        ranked[i].push_back({item_row{static_cast<std::uint32_t>(labels_[j])}, scores_[j]});
      }
    }
  }

 private:
  faiss::IndexFlatIP index_;
  std::vector<float> scores_;
  std::vector<faiss::Index::idx_t> labels_;
};

}  // namespace

std::unique_ptr<contender> make_faiss(matrix_view<const float> factors) {
  return std::make_unique<faiss_contender>(factors);
}

}  // namespace freshet::bench
