#include "core/models/advised_factors.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(advised_factors, grow_with_the_catalogue) {
  const auto range = [](std::uint64_t items) {
    const auto [least, most] = advised_factors(items);
    return std::pair(least, most);
  };
  EXPECT_EQ(range(0), std::pair(50U, 100U));
  EXPECT_EQ(range(9'999), std::pair(50U, 100U));
  EXPECT_EQ(range(10'000), std::pair(100U, 200U));
  EXPECT_EQ(range(50'000), std::pair(100U, 200U));
  EXPECT_EQ(range(50'001), std::pair(200U, 300U));
}

TEST(advised_factors, are_told_in_a_sentence) {
  EXPECT_EQ(factor_advice(3665), "50 to 100 factors are a good start for 3665 items");
}

}  // namespace
}  // namespace freshet
