#include "core/models/pairwise/negative_sampler.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

std::vector<double> drawn_shares(const std::vector<double>& weights, std::size_t draws) {
  const negative_sampler sampler(weights);
  random_source random(1);
  std::vector<double> shares(weights.size());
  for (std::size_t i = 0; i < draws; ++i) shares[sampler.draw(random)] += 1.0 / static_cast<double>(draws);
  return shares;
}

TEST(negative_sampler, draws_in_proportion_to_the_weights) {
  const auto shares = drawn_shares({1, 0, 5, 2.5, 1.5}, 200'000);
  EXPECT_NEAR(shares[0], 0.1, 0.005);
  EXPECT_EQ(shares[1], 0);
  EXPECT_NEAR(shares[2], 0.5, 0.005);
  EXPECT_NEAR(shares[3], 0.25, 0.005);
  EXPECT_NEAR(shares[4], 0.15, 0.005);
}

TEST(negative_sampler, draws_from_equal_weights_and_from_one) {
  for (const double share : drawn_shares(std::vector<double>(8, 0.1), 80'000)) EXPECT_NEAR(share, 0.125, 0.01);
  EXPECT_NEAR(drawn_shares({7}, 10)[0], 1, 1e-9);
}

}  // namespace
}  // namespace freshet
