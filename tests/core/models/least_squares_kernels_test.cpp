#include "core/models/als/least_squares_kernels.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>

#include "core/base/random.hpp"
#include "core/models/als/least_squares.hpp"
#include "core/models/als/least_squares_kernel_sets.hpp"

namespace freshet {
namespace {

using dense = Eigen::Matrix<double, -1, -1, Eigen::RowMajor>;

/// A random system, and the same in double.
struct example {
  example(std::size_t width_of_system, std::size_t count, std::uint64_t seed)
      : width(width_of_system), rows(40 * width), columns(count), confidences(count) {
    random_source random(seed);
    for (std::size_t i = 0; i < 40 * width; ++i) rows.data()[i] = static_cast<float>(0.3 * random.normal());
    for (auto& column : columns) column = static_cast<std::uint32_t>(random.below(40));
    for (auto& confidence : confidences) confidence = static_cast<float>(1 + random.uniform());
    gram = weighted_gram({rows.data(), 40, width}, 0.7F, 2);

    const auto size = static_cast<Eigen::Index>(width);
    const dense y =
        Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(rows.data(), 40, size).cast<double>();
    a = 0.7 * y.transpose() * y + 0.5 * dense::Identity(size, size);
    b = Eigen::VectorXd::Zero(size);
    for (std::size_t j = 0; j < count; ++j) {
      a += (double{confidences[j]} - 0.7) * y.row(columns[j]).transpose() * y.row(columns[j]);
      b += confidences[j] * y.row(columns[j]).transpose();
    }
  }

  normal_equations system() const {
    return {gram.data(), 0.5F, 0.7F, rows.data(), columns.data(), confidences.data(), columns.size(), width};
  }

  std::size_t width;
  aligned_floats rows;
  std::vector<std::uint32_t> columns;
  std::vector<float> confidences;
  std::vector<float> gram;
  dense a;
  Eigen::VectorXd b;
};

Eigen::VectorXd to_double(const float* values, std::size_t count) {
  return Eigen::Map<const Eigen::VectorXf>(values, static_cast<Eigen::Index>(count)).cast<double>();
}

TEST(least_squares_kernels, portable_is_always_there) {
  EXPECT_EQ(available_least_squares_kernels().back(), &least_squares_portable);
}

TEST(least_squares_kernels, every_set_steps_to_the_solution_and_knows_its_objective) {
  for (const auto* kernels : available_least_squares_kernels()) {
    for (const std::size_t width : {16U, 64U, 80U}) {
      for (const std::size_t count : {0U, 1U, 3U, 4U, 5U, 30U}) {
        SCOPED_TRACE(::testing::Message() << kernels->name << " width " << width << " entries " << count);
        const example given(width, count, 5);
        aligned_floats x(width), scratch(4 * width);
        x.data()[1] = 0.5F;
        const double objective = kernels->conjugate_gradient(given.system(), 2 * width, x.data(), scratch.data());
        const Eigen::VectorXd expected = given.a.ldlt().solve(given.b);
        EXPECT_LT((to_double(x.data(), width) - expected).cwiseAbs().maxCoeff(), 1e-4);
        EXPECT_NEAR(objective, -given.b.dot(expected), 1e-4 * (1 + given.b.dot(expected)));
      }
    }
  }
}

TEST(least_squares_kernels, every_set_knows_the_objective_before_the_solution_is_reached) {
  for (const auto* kernels : available_least_squares_kernels()) {
    const example given(32, 20, 6);
    aligned_floats x(32), scratch(4 * 32);
    x.data()[3] = 1;
    const double objective = kernels->conjugate_gradient(given.system(), 2, x.data(), scratch.data());
    const Eigen::VectorXd reached = to_double(x.data(), 32);
    EXPECT_NEAR(objective, reached.dot(given.a * reached) - 2 * given.b.dot(reached), 1e-3) << kernels->name;
  }
}

TEST(least_squares_kernels, every_set_adds_outer_products_and_solves_by_cholesky) {
  for (const auto* kernels : available_least_squares_kernels()) {
    for (const std::size_t width : {16U, 64U, 80U, 176U}) {
      SCOPED_TRACE(::testing::Message() << kernels->name << " width " << width);
      const example given(width, 0, 7);
      aligned_floats a(width * width), b(width), x(width);
      kernels->add_outer_products(given.rows.data(), given.rows.data(), 40, width, a.data());
      for (std::size_t k = 0; k < width; ++k) {
        a.data()[k * width + k] += 1;
        b.data()[k] = static_cast<float>(k % 5) - 1;
      }
      const auto size = static_cast<Eigen::Index>(width);
      const dense y =
          Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(given.rows.data(), 40, size).cast<double>();
      const dense expected_a = y.transpose() * y + dense::Identity(size, size);
      const Eigen::VectorXd expected = expected_a.ldlt().solve(to_double(b.data(), width));
      EXPECT_EQ(kernels->cholesky_solve(a.data(), b.data(), x.data(), width), 0U);
      EXPECT_LT((to_double(x.data(), width) - expected).cwiseAbs().maxCoeff(), 1e-4);
    }
  }
}

TEST(least_squares_kernels, every_set_counts_the_directions_that_nothing_determines) {
  for (const auto* kernels : available_least_squares_kernels()) {
    aligned_floats a(16 * 16), b(16), x(16);
    for (std::size_t k = 0; k < 16; k += 2) a.data()[k * 16 + k] = b.data()[k] = 2;
    EXPECT_EQ(kernels->cholesky_solve(a.data(), b.data(), x.data(), 16), 8U);
    for (std::size_t k = 0; k < 16; ++k) EXPECT_FLOAT_EQ(x.data()[k], k % 2 == 0 ? 1 : 0) << kernels->name;
  }
}

TEST(weighted_gram, is_the_same_on_any_number_of_threads_and_for_rows_without_padding) {
  random_source random(8);
  matrix<float> rows(5000, 10);
  for (float& value : rows.values()) value = static_cast<float>(random.normal());
  const auto gram = weighted_gram(rows.view(), 2, 1);
  EXPECT_EQ(gram, weighted_gram(rows.view(), 2, 5));
  double expected = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) expected += 2.0 * rows.row(i)[3] * rows.row(i)[7];
  EXPECT_NEAR(gram[3 * 16 + 7], expected, 1e-2);
  EXPECT_EQ(gram[3 * 16 + 7], gram[7 * 16 + 3]);
  EXPECT_EQ(gram[3 * 16 + 12], 0);
}

}  // namespace
}  // namespace freshet
