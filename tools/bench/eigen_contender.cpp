#include <Eigen/Core>
#include <algorithm>
#include <numeric>

#include "tools/bench/contenders.hpp"

namespace freshet::bench {
namespace {

using row_major = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class eigen_contender final : public contender {
 public:
  explicit eigen_contender(matrix_view<const float> factors) : factors_(factors), order_(factors.rows()) {}

  void rank(matrix_view<const float> queries, std::size_t k, std::vector<std::vector<scored_row>>& ranked) override {
    const Eigen::Map<const row_major> v(factors_.data(), rows(factors_), columns(factors_));
    const Eigen::Map<const row_major> q(queries.data(), rows(queries), columns(queries));
    if (queries.rows() == 1) {
      scores_.resize(v.rows(), 1);
      scores_.col(0).noalias() = v * q.row(0).transpose();
    } else {
      scores_.noalias() = v * q.transpose();
    }
    for (std::size_t i = 0; i < queries.rows(); ++i) select(scores_.col(static_cast<Eigen::Index>(i)), k, ranked[i]);
  }

 private:
  static Eigen::Index rows(matrix_view<const float> m) { return static_cast<Eigen::Index>(m.rows()); }
  static Eigen::Index columns(matrix_view<const float> m) { return static_cast<Eigen::Index>(m.columns()); }

  void select(const Eigen::Ref<const Eigen::VectorXf>& scores, std::size_t k, std::vector<scored_row>& ranked) {
    std::iota(order_.begin(), order_.end(), 0U);
    std::partial_sort(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(k), order_.end(),
                      [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    ranked.clear();
    for (std::size_t i = 0; i < k; ++i) ranked.push_back({item_row{order_[i]}, scores[order_[i]]});
  }

  matrix_view<const float> factors_;
  Eigen::MatrixXf scores_;
  std::vector<std::uint32_t> order_;
};

}  // namespace

std::unique_ptr<contender> make_eigen(matrix_view<const float> factors) {
  return std::make_unique<eigen_contender>(factors);
}

}  // namespace freshet::bench
