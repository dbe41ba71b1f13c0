#include "core/linalg/ridge_regression.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/base/random.hpp"

namespace freshet {
namespace {

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

Eigen::MatrixXd as_dense(const matrix<float>& values) {
  return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(values.values().data(),
                                                                         static_cast<Eigen::Index>(values.rows()),
                                                                         static_cast<Eigen::Index>(values.columns()))
      .cast<double>();
}

TEST(ridge_regression, equals_a_dense_solve) {
  // More rows than are taken at one time.
  const auto x = random_matrix(1300, 20, 1), y = random_matrix(1300, 7, 2);
  const auto map = ridge_regression(x.view(), y.view(), 3.5);
  ASSERT_TRUE(map);
  const Eigen::MatrixXd gram = as_dense(x).transpose() * as_dense(x) + 3.5 * Eigen::MatrixXd::Identity(20, 20);
  const Eigen::MatrixXd expected = gram.ldlt().solve(as_dense(x).transpose() * as_dense(y));
  EXPECT_LT((as_dense(*map) - expected).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(ridge_regression, finds_the_map_that_made_the_data) {
  const auto x = random_matrix(50, 6, 3), made = random_matrix(6, 4, 4);
  const Eigen::MatrixXd product = as_dense(x) * as_dense(made);
  matrix<float> y(50, 4);
  for (std::size_t i = 0; i < 50; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      y.row(i)[k] = static_cast<float>(product(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)));
    }
  }
  const auto map = ridge_regression(x.view(), y.view(), 0);
  ASSERT_TRUE(map);
  EXPECT_LT((as_dense(*map) - as_dense(made)).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(ridge_regression, names_the_remedy_where_a_direction_is_open) {
  const auto map = ridge_regression(random_matrix(3, 5, 5).view(), random_matrix(3, 2, 6).view(), 0);
  ASSERT_FALSE(map);
  EXPECT_EQ(map.failure().code, error_code::not_positive_definite);
  EXPECT_NE(map.failure().message.find("increase lambda"), std::string::npos);
  EXPECT_TRUE(ridge_regression(random_matrix(3, 5, 5).view(), random_matrix(3, 2, 6).view(), 0.1));
}

TEST(ridge_regression, of_no_rows_maps_everything_to_zero) {
  const auto map = ridge_regression(matrix<float>(0, 3).view(), matrix<float>(0, 2).view(), 1);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->values(), std::vector<float>(6));
}

}  // namespace
}  // namespace freshet
