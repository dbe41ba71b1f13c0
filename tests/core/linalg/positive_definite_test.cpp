#include "core/linalg/positive_definite.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/base/random.hpp"

namespace freshet {
namespace {

matrix<float> random_gram(std::size_t n, std::uint64_t seed) {
  random_source random(seed);
  Eigen::MatrixXf values = Eigen::MatrixXf::NullaryExpr(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(n),
                                                        [&] { return static_cast<float>(random.normal()); });
  const Eigen::MatrixXf product =
      values.transpose() * values + Eigen::MatrixXf::Identity(values.rows(), values.cols()) * static_cast<float>(n);
  matrix<float> gram(n, n);
  std::copy_n(product.data(), n * n, gram.values().data());
  return gram;
}

Eigen::MatrixXd to_double(const matrix<float>& values) {
  return Eigen::Map<const Eigen::MatrixXf>(values.values().data(), static_cast<Eigen::Index>(values.rows()),
                                           static_cast<Eigen::Index>(values.columns()))
      .cast<double>();
}

TEST(positive_definite, inverse_times_the_matrix_is_the_identity) {
  for (const std::size_t n : {1U, 2U, 63U, 64U, 65U, 200U}) {
    const auto gram = random_gram(n, n);
    auto inverse = gram;
    ASSERT_TRUE(invert_positive_definite(inverse.view(), 2));
    const Eigen::MatrixXd product = to_double(gram) * to_double(inverse);
    EXPECT_LT((product - Eigen::MatrixXd::Identity(product.rows(), product.cols())).cwiseAbs().maxCoeff(), 1e-4) << n;
  }
}

TEST(positive_definite, inverse_is_symmetric_and_reads_the_upper_half_only) {
  const auto gram = random_gram(130, 5);
  auto expected = gram;
  ASSERT_TRUE(invert_positive_definite(expected.view(), 1));
  auto upper = gram;
  for (std::size_t i = 0; i < 130; ++i) {
    for (std::size_t j = 0; j < i; ++j) upper.row(i)[j] = 1e9F;
  }
  ASSERT_TRUE(invert_positive_definite(upper.view(), 1));
  EXPECT_EQ(upper.values(), expected.values());
  EXPECT_EQ(to_double(upper), to_double(upper).transpose());
}

TEST(positive_definite, names_the_row_at_which_a_matrix_is_not) {
  matrix<float> flat(3, 3);
  flat.row(0)[0] = flat.row(1)[1] = 1;
  const auto refused = invert_positive_definite(flat.view(), 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::not_positive_definite);
  EXPECT_EQ(refused.failure().message, "the matrix of 3 rows is not positive definite in float32 at row 2");
}

TEST(positive_definite, inverse_of_nothing_is_nothing) {
  matrix<float> none;
  EXPECT_TRUE(invert_positive_definite(none.view(), 1));
}

}  // namespace
}  // namespace freshet
