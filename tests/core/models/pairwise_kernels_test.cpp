#include "core/models/pairwise/pairwise_kernels.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "core/models/pairwise/pairwise_kernel_sets.hpp"
#include "tests/support/random_interactions.hpp"
#include "tests/support/reference_pairwise.hpp"

namespace freshet {
namespace {

using kernel = double (*)(const pairwise_task&);

struct variant {
  pairwise_loss loss;
  pairwise_optimizer optimizer;
  kernel pairwise_kernels::*of;
};

const variant variants[] = {
    {pairwise_loss::bpr, pairwise_optimizer::sgd, &pairwise_kernels::bpr_sgd},
    {pairwise_loss::bpr, pairwise_optimizer::adagrad, &pairwise_kernels::bpr_adagrad},
    {pairwise_loss::logistic, pairwise_optimizer::adagrad, &pairwise_kernels::logistic_adagrad},
    {pairwise_loss::warp, pairwise_optimizer::adagrad, &pairwise_kernels::warp_adagrad},
};

/// Random factors and samples, and the task over them.
struct example {
  example(const variant& of, std::uint32_t factors, std::uint32_t candidates)
      : options{.factors = factors,
                .loss = of.loss,
                .optimizer = of.optimizer,
                .user_regularization = 0.02,
                .item_regularization = 0.03,
                .candidates = candidates,
                .keep_gradients = true},
        entries(testing::random_interactions({.users = 12, .items = 30, .density = 0.3}, 3)),
        state(entries, options, 9, 1) {
    random_source random(17);
    for (auto* side : {&state.users(), &state.items()}) {
      for (std::size_t row = 0; row < side->count; ++row) {
        for (std::size_t k = 0; k < factors; ++k) side->row(row)[k] = static_cast<float>(0.6 * random.normal());
      }
    }
    pairwise_blocks blocks(entries, {.width = state.users().width, .candidates = candidates, .seed = 4}, 1);
    for (const auto& sample : testing::samples_of_epoch(blocks, 1)) {
      samples.push_back(sample);
      users.push_back(sample.user);
      positives.push_back(sample.positive);
      negatives.insert(negatives.end(), sample.negatives.begin(), sample.negatives.end());
    }
  }

  pairwise_rows rows(pairwise_side& side, double regularization) const {
    return {side.factors.data(),
            side.bias.data(),
            side.squares.data(),
            side.bias_squares.data(),
            side.gradients.data(),
            side.bias_gradients.data(),
            static_cast<float>(regularization)};
  }
  pairwise_task task() {
    return {.users = rows(state.users(), options.user_regularization),
            .items = rows(state.items(), options.item_regularization),
            .sample_users = users.data(),
            .positives = positives.data(),
            .negatives = negatives.data(),
            .count = users.size(),
            .candidates = options.candidates,
            .width = state.users().width,
            .items_total = state.items().count,
            .learning_rate = 0.1F};
  }

  pairwise_options options;
  interaction_matrix entries;
  pairwise_training state;
  std::vector<testing::pairwise_sample> samples;
  std::vector<std::uint32_t> users, positives, negatives;
};

void expect_equal(const pairwise_side& actual, const std::vector<testing::reference_row>& expected) {
  for (std::size_t row = 0; row < actual.count; ++row) {
    for (std::size_t k = 0; k < actual.columns; ++k) {
      ASSERT_NEAR(actual.row(row)[k], expected[row].factors[k], 2e-4) << row << " " << k;
    }
    for (std::size_t k = actual.columns; k < actual.width; ++k) ASSERT_EQ(actual.row(row)[k], 0);
    ASSERT_NEAR(actual.bias.data()[row], expected[row].bias, 2e-4);
  }
}

TEST(pairwise_kernels, every_set_steps_as_the_papers_write_it) {
  for (const auto* kernels : available_pairwise_kernels()) {
    for (const auto& each : variants) {
      for (const std::uint32_t factors : {5U, 16U, 70U}) {
        for (const std::uint32_t candidates : {1U, 4U}) {
          SCOPED_TRACE(::testing::Message()
                       << kernels->name << " loss " << static_cast<int>(each.loss) << " optimizer "
                       << static_cast<int>(each.optimizer) << " factors " << factors << " candidates " << candidates);
          example given(each, factors, candidates);
          testing::reference_pairwise reference(given.state, given.options);
          double expected = 0;
          for (const auto& sample : given.samples) expected += reference.step(sample, 0.1);
          const double loss = (kernels->*each.of)(given.task());
          EXPECT_NEAR(loss, expected, 1e-4 * (1 + expected));
          expect_equal(given.state.users(), reference.users);
          expect_equal(given.state.items(), reference.items);
        }
      }
    }
  }
}

TEST(pairwise_kernels, sum_the_gradients_of_items_where_asked) {
  for (const auto* kernels : available_pairwise_kernels()) {
    example given({pairwise_loss::bpr, pairwise_optimizer::sgd, nullptr}, 16, 1);
    given.options.user_regularization = given.options.item_regularization = 0;
    const auto before = factors_of(given.state.items());
    kernels->bpr_sgd(given.task());
    const auto after = factors_of(given.state.items());
    for (std::size_t j = 0; j < before.values().size(); ++j) {
      ASSERT_NEAR(after.values()[j] - before.values()[j], 0.1 * given.state.items().gradients.data()[j], 1e-5);
    }
    for (std::size_t row = 0; row < 30; ++row) {
      ASSERT_NEAR(given.state.items().bias.data()[row], 0.1 * given.state.items().bias_gradients.data()[row], 1e-5);
    }
  }
}

TEST(pairwise_kernels, report_what_is_not_a_number) {
  for (const auto* kernels : available_pairwise_kernels()) {
    for (const auto& each : variants) {
      example given(each, 16, 2);
      given.state.users().row(given.users[0])[0] = std::numeric_limits<float>::quiet_NaN();
      EXPECT_TRUE(std::isnan((kernels->*each.of)(given.task()))) << kernels->name;
    }
  }
}

TEST(pairwise_kernels, stay_finite_where_scores_are_far_apart) {
  for (const auto* kernels : available_pairwise_kernels()) {
    for (const auto& each : variants) {
      example given(each, 16, 2);
      for (std::size_t row = 0; row < 12; ++row) given.state.users().row(row)[0] = 1e4F;
      EXPECT_TRUE(std::isfinite((kernels->*each.of)(given.task()))) << kernels->name;
    }
  }
}

}  // namespace
}  // namespace freshet
