#include "core/linalg/ridge_regression.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "core/base/random.hpp"

namespace freshet {
namespace {

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

/// As the vectors of items with `words` to choose from: of rank `words`, and of length 1.
matrix<float> rows_of_few_words(std::size_t rows, std::size_t columns, std::size_t words, std::uint64_t seed) {
  random_source random(seed);
  const auto vectors = random_matrix(words, columns, seed + 1);
  matrix<float> made(rows, columns);
  for (std::size_t row = 0; row < rows; ++row) {
    auto to = made.row(row);
    for (int word = 0; word < 3; ++word) {
      const auto chosen = vectors.row(random.below(words));
      for (std::size_t j = 0; j < columns; ++j) to[j] += chosen[j];
    }
    float squares = 0;
    for (const float value : to) squares += value * value;
    for (float& value : to) value /= std::sqrt(squares);
  }
  return made;
}

Eigen::MatrixXd as_dense(const matrix<float>& values) {
  return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(values.values().data(),
                                                                         static_cast<Eigen::Index>(values.rows()),
                                                                         static_cast<Eigen::Index>(values.columns()))
      .cast<double>();
}

result<matrix<float>> solve(const matrix<float>& x, const matrix<float>& y, double lambda) {
  ridge_regression regression({.x_columns = x.columns(), .y_columns = y.columns()});
  regression.add(x.view(), y.view());
  return regression.solve(lambda);
}

/// All of it in double.
Eigen::MatrixXd solve_exactly(const matrix<float>& x, const matrix<float>& y, double lambda) {
  const auto d = static_cast<Eigen::Index>(x.columns());
  const Eigen::MatrixXd gram = as_dense(x).transpose() * as_dense(x) + lambda * Eigen::MatrixXd::Identity(d, d);
  return gram.ldlt().solve(as_dense(x).transpose() * as_dense(y));
}

TEST(ridge_regression, equals_a_dense_solve) {
  // More rows than are taken at one time.
  const auto x = random_matrix(1300, 20, 1), y = random_matrix(1300, 7, 2);
  const auto map = solve(x, y, 3.5);
  ASSERT_TRUE(map);
  EXPECT_LT((as_dense(*map) - solve_exactly(x, y, 3.5)).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(ridge_regression, equals_a_dense_solve_where_only_lambda_determines_most_directions) {
  const auto x = rows_of_few_words(20000, 64, 10, 7), y = random_matrix(20000, 5, 8);
  const auto map = solve(x, y, 5);
  ASSERT_TRUE(map);
  EXPECT_LT((as_dense(*map) - solve_exactly(x, y, 5)).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(ridge_regression, is_the_same_for_rows_that_come_in_parts) {
  const auto x = random_matrix(100, 6, 9), y = random_matrix(100, 3, 10);
  ridge_regression regression({.x_columns = 6, .y_columns = 3});
  regression.add({x.values().data(), 30, 6}, {y.values().data(), 30, 3});
  regression.add({x.row(30).data(), 0, 6}, {y.row(30).data(), 0, 3});
  regression.add({x.row(30).data(), 70, 6}, {y.row(30).data(), 70, 3});
  const auto map = regression.solve(.5);
  ASSERT_TRUE(map);
  EXPECT_LT((as_dense(*map) - solve_exactly(x, y, .5)).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_EQ(regression.solve(.5)->values(), map->values());
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
  const auto map = solve(x, y, 0);
  ASSERT_TRUE(map);
  EXPECT_LT((as_dense(*map) - as_dense(made)).cwiseAbs().maxCoeff(), 1e-5);
}

TEST(ridge_regression, names_the_remedy_where_a_direction_is_open) {
  const auto map = solve(random_matrix(3, 5, 5), random_matrix(3, 2, 6), 0);
  ASSERT_FALSE(map);
  EXPECT_EQ(map.failure().code, error_code::not_positive_definite);
  EXPECT_NE(map.failure().message.find("increase lambda"), std::string::npos);
  EXPECT_TRUE(solve(random_matrix(3, 5, 5), random_matrix(3, 2, 6), 0.1));
  // Rounding adds up over many rows, and must not be taken for a direction.
  EXPECT_FALSE(solve(rows_of_few_words(20000, 64, 10, 7), random_matrix(20000, 2, 8), 0));
}

TEST(ridge_regression, of_no_rows_maps_everything_to_zero) {
  const auto map = solve(matrix<float>(0, 3), matrix<float>(0, 2), 1);
  ASSERT_TRUE(map);
  EXPECT_EQ(map->values(), std::vector<float>(6));
}

}  // namespace
}  // namespace freshet
