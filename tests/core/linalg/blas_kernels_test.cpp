#include "core/linalg/blas_kernels.hpp"

#include <gtest/gtest.h>

#include "core/linalg/positive_definite.hpp"

namespace freshet {
namespace {

TEST(blas_kernels, that_were_chosen_give_the_same_answers) {
  matrix<float> before(90, 90);
  for (std::size_t i = 0; i < 90; ++i) {
    for (std::size_t j = 0; j < 90; ++j)
      before.row(i)[j] = (i == j ? 50.0F : 0.0F) + 1.0F / static_cast<float>(i + j + 1);
  }
  matrix<float> after = before;
  ASSERT_TRUE(invert_positive_definite(before.view(), 2));
  choose_blas_kernels();
  choose_blas_kernels();
  ASSERT_TRUE(invert_positive_definite(after.view(), 2));
  for (std::size_t i = 0; i < 90; ++i) {
    for (std::size_t j = 0; j < 90; ++j) EXPECT_NEAR(after.row(i)[j], before.row(i)[j], 1e-6);
  }
}

}  // namespace
}  // namespace freshet
