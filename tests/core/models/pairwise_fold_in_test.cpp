#include "core/models/pairwise/pairwise_fold_in.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

/// Items in two groups that point away from each other.
struct two_groups {
  two_groups() : items(40, 6), bias(40) {
    random_source random(1);
    for (std::size_t row = 0; row < 40; ++row) {
      items.row(row)[0] = row < 20 ? 1.0F : -1.0F;
      for (std::size_t k = 1; k < 6; ++k) items.row(row)[k] = static_cast<float>(0.2 * random.normal());
    }
  }
  pairwise_fold_in options(pairwise_loss loss = pairwise_loss::bpr) const {
    return {.items = items.view(), .bias = bias, .loss = loss, .candidates = 2, .regularization = 0.01};
  }
  matrix<float> items;
  std::vector<float> bias;
};

constexpr pairwise_loss losses[] = {pairwise_loss::bpr, pairwise_loss::logistic, pairwise_loss::warp};

TEST(pairwise_fold_in, prefers_items_like_those_of_the_user) {
  const two_groups given;
  for (const auto loss : losses) {
    const auto x = fold_in({{item_row{2}, 1}, {item_row{5}, 1}, {item_row{11}, 1}}, given.options(loss));
    const auto score = [&](std::size_t item) { return best_kernels().dot(x.data(), given.items.row(item).data(), 6); };
    double of_group = 0, of_others = 0;
    for (std::size_t item = 0; item < 20; ++item) of_group += score(item);
    for (std::size_t item = 20; item < 40; ++item) of_others += score(item);
    EXPECT_GT(of_group, of_others + 10) << static_cast<int>(loss);
  }
}

TEST(pairwise_fold_in, is_a_pure_function) {
  const two_groups given;
  const taste user{{item_row{2}, 1}, {item_row{30}, 1}};
  EXPECT_EQ(fold_in(user, given.options()), fold_in(user, given.options()));
}

TEST(pairwise_fold_in, is_explained_to_the_last_step) {
  const two_groups given;
  const taste user{{item_row{2}, 1}, {item_row{11}, 1}, {item_row{30}, 1}};
  for (const auto loss : losses) {
    for (const double regularization : {0.0, 0.01, 1.0}) {
      auto options = given.options(loss);
      options.regularization = regularization;
      const auto x = fold_in(user, options);
      double sum = 0;
      for (const auto& each : explain_fold_in(user, options, item_row{7})) sum += each.amount;
      EXPECT_NEAR(sum, best_kernels().dot(x.data(), given.items.row(7).data(), 6), 1e-4);
    }
  }
}

TEST(pairwise_fold_in, of_nothing_is_zero) {
  const two_groups given;
  EXPECT_EQ(fold_in({}, given.options()), std::vector<float>(6));
}

TEST(pairwise_fold_in, of_everything_is_zero) {
  const two_groups given;
  taste all;
  for (std::uint32_t item = 0; item < 40; ++item) all.push_back({item_row{item}, 1});
  for (const auto loss : losses) EXPECT_EQ(fold_in(all, given.options(loss)), std::vector<float>(6));
}

TEST(pairwise_fold_in, of_factors_that_are_zero_is_zero) {
  const matrix<float> items(10, 3);
  const std::vector<float> bias(10);
  const auto x = fold_in({{item_row{1}, 1}}, {.items = items.view(), .bias = bias});
  EXPECT_EQ(x, std::vector<float>(3));
}

}  // namespace
}  // namespace freshet
