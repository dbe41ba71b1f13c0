#include "core/linalg/truncated_svd.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/base/random.hpp"

namespace freshet {
namespace {

using dense = Eigen::Matrix<float, -1, -1, Eigen::RowMajor>;

Eigen::Map<const dense> as_dense(const matrix<float>& values) {
  return {values.values().data(), static_cast<Eigen::Index>(values.rows()),
          static_cast<Eigen::Index>(values.columns())};
}

/// Singular values 10, 9, 8, ... with noise below them.
matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::size_t rank, std::uint64_t seed) {
  random_source random(seed);
  const auto normal = [&](Eigen::Index r, Eigen::Index c) {
    return dense(dense::NullaryExpr(r, c, [&] { return static_cast<float>(random.normal()); }));
  };
  const auto n = static_cast<Eigen::Index>(rows), d = static_cast<Eigen::Index>(columns);
  const auto r = static_cast<Eigen::Index>(rank);
  const dense left = Eigen::HouseholderQR<dense>(normal(n, r)).householderQ() * dense::Identity(n, r);
  const dense right = Eigen::HouseholderQR<dense>(normal(d, r)).householderQ() * dense::Identity(d, r);
  const Eigen::VectorXf values = Eigen::VectorXf::LinSpaced(r, 10, 11 - static_cast<float>(r));
  const dense product = left * values.asDiagonal() * right.transpose() + 0.01F * normal(n, d);
  matrix<float> result(rows, columns);
  std::copy_n(product.data(), product.size(), result.values().begin());
  return result;
}

TEST(truncated_svd, equals_the_leading_part_of_a_full_decomposition) {
  for (const auto& [rows, columns] : {std::pair{200, 30}, {30, 200}, {50, 50}}) {
    SCOPED_TRACE(::testing::Message() << rows << " x " << columns);
    const auto a = random_matrix(static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), 8, 5);
    const auto found = truncated_svd(a.view(), {.rank = 6});
    ASSERT_TRUE(found);
    const Eigen::JacobiSVD<Eigen::MatrixXf> full(as_dense(a), Eigen::ComputeThinU | Eigen::ComputeThinV);
    for (int k = 0; k < 6; ++k) EXPECT_NEAR(found->values[static_cast<std::size_t>(k)], full.singularValues()(k), 1e-3);
    const Eigen::VectorXf values = Eigen::Map<const Eigen::VectorXf>(found->values.data(), 6);
    const dense approximation = as_dense(found->left) * values.asDiagonal() * as_dense(found->right);
    const dense best = full.matrixU().leftCols(6) * full.singularValues().head(6).asDiagonal() *
                       full.matrixV().leftCols(6).transpose();
    EXPECT_LT((approximation - best).cwiseAbs().maxCoeff(), 1e-2);
    EXPECT_LT((as_dense(found->left).transpose() * as_dense(found->left) - dense::Identity(6, 6)).norm(), 1e-4);
    EXPECT_LT((as_dense(found->right) * as_dense(found->right).transpose() - dense::Identity(6, 6)).norm(), 1e-4);
  }
}

TEST(truncated_svd, has_no_more_than_the_rank_of_the_shape) {
  const auto found = truncated_svd(random_matrix(4, 20, 3, 6).view(), {.rank = 10});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->values.size(), 4U);
  EXPECT_EQ(found->right.rows(), 4U);
  EXPECT_TRUE(truncated_svd(matrix<float>(0, 5).view(), {.rank = 3})->values.empty());
}

TEST(truncated_svd, of_zeros_is_zeros) {
  const auto found = truncated_svd(matrix<float>(7, 5).view(), {.rank = 2});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->values, std::vector<float>(2));
}

TEST(truncated_svd, gives_the_same_bytes_for_the_same_seed) {
  const auto a = random_matrix(60, 40, 8, 7);
  EXPECT_EQ(truncated_svd(a.view(), {.rank = 5})->left.values(), truncated_svd(a.view(), {.rank = 5})->left.values());
}

}  // namespace
}  // namespace freshet
