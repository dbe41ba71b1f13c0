#include "core/models/hybrid/aligned_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/models/hybrid/hybrid.hpp"
#include "tests/support/random_models.hpp"

namespace freshet {
namespace {

using testing::random_biased;
using testing::random_neighbours;

constexpr std::uint32_t items_inside = 30;
constexpr std::uint32_t items_outside = 45;

/// A model of 30 items, scattered over a catalogue of 45.
struct scattered {
  explicit scattered(std::shared_ptr<const model> scattered_model) : inside(std::move(scattered_model)) {
    for (std::uint32_t row = 0; row < items_inside; ++row) rows.push_back(item_row{(row * 7 + 3) % items_outside});
    outside = align(inside, rows, items_outside);
  }

  user_interactions inner_view(const user_interactions& user) const {
    user_interactions seen;
    for (std::uint32_t row = 0; row < items_inside; ++row) {
      for (const auto& each : user.strengths) {
        if (each.item == rows[row]) seen.strengths.push_back({item_row{row}, each.strength});
      }
    }
    for (const auto& event : user.sequence) {
      const auto found = std::find(rows.begin(), rows.end(), event.item);
      if (found == rows.end()) continue;
      seen.sequence.push_back({item_row{static_cast<std::uint32_t>(found - rows.begin())}, event.ts, event.session});
    }
    return seen;
  }

  std::shared_ptr<const model> inside;
  std::vector<item_row> rows;
  std::shared_ptr<const model> outside;
};

class aligned : public ::testing::TestWithParam<std::size_t> {
 protected:
  static std::shared_ptr<const model> made(std::size_t shape) {
    const auto sparse = std::make_shared<random_neighbours>(items_inside, true, 3);
    const auto biased = std::make_shared<random_biased>(items_inside, 6, 4);
    switch (shape) {
      case 0:
        return testing::random_als(items_inside, 8, 1);
      case 1:
        return std::make_shared<random_neighbours>(items_inside, false, 2);
      case 2:
        return sparse;
      case 3:
        return biased;
      case 4:
        return testing::random_popularity(items_inside, 5);
      default:
        return *hybrid_model::blend({{sparse, 1, 1}, {biased, 1, 1}}, {});
    }
  }
};

TEST_P(aligned, scores_known_items_as_before) {
  const scattered model(made(GetParam()));
  for (std::uint64_t seed = 1; seed < 10; ++seed) {
    SCOPED_TRACE("user of seed " + std::to_string(seed));
    const auto user = testing::random_user(items_outside, 8, seed);
    const query outside = model.outside->fold_in(user);
    const query inside = model.inside->fold_in(model.inner_view(user));
    for (std::uint32_t row = 0; row < items_inside; ++row) {
      EXPECT_NEAR(score_of(model.outside->scores(), outside, model.rows[row]),
                  score_of(model.inside->scores(), inside, item_row{row}), 1e-4);
    }
  }
}

TEST_P(aligned, scores_unknown_items_like_those_that_nothing_is_known_of) {
  const scattered model(made(GetParam()));
  const query asked = model.outside->fold_in(testing::random_user(items_outside, 8, 3));
  std::vector<float> unknown;
  for (std::uint32_t row = 0; row < items_outside; ++row) {
    if (std::find(model.rows.begin(), model.rows.end(), item_row{row}) != model.rows.end()) continue;
    unknown.push_back(score_of(model.outside->scores(), asked, item_row{row}));
    const query likes = model.outside->similar_to(item_row{row});
    EXPECT_TRUE(std::isfinite(score_of(model.outside->similarity_scores(), likes, item_row{0})));
  }
  ASSERT_EQ(unknown.size(), items_outside - items_inside);
  for (const float score : unknown) EXPECT_EQ(score, unknown.front());
}

TEST_P(aligned, explains_with_the_items_of_the_catalogue) {
  const scattered model(made(GetParam()));
  const auto user = testing::random_user(items_outside, 8, 5);
  const auto told = model.inner_view(user);
  const auto outside = model.outside->explain(user, model.rows[4]);
  const auto inside = model.inside->explain(told, item_row{4});
  ASSERT_EQ(outside.size(), user.strengths.size());
  for (const auto& each : inside) {
    const auto found = std::find_if(outside.begin(), outside.end(),
                                    [&](const auto& one) { return one.item == model.rows[to_integer(each.item)]; });
    ASSERT_NE(found, outside.end());
    EXPECT_EQ(found->amount, each.amount);
  }
}

TEST_P(aligned, finds_the_same_similar_items) {
  const scattered model(made(GetParam()));
  const query outside = model.outside->similar_to(model.rows[9]);
  const query inside = model.inside->similar_to(item_row{9});
  for (std::uint32_t row = 0; row < items_inside; ++row) {
    EXPECT_NEAR(score_of(model.outside->similarity_scores(), outside, model.rows[row]),
                score_of(model.inside->similarity_scores(), inside, item_row{row}), 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(shapes, aligned, ::testing::Range<std::size_t>(0, 6));

TEST(aligned, to_its_own_rows_is_the_model_itself) {
  const auto inside = testing::random_als(3, 2, 1);
  EXPECT_EQ(align(inside, {item_row{0}, item_row{1}, item_row{2}}, 3), inside);
}

}  // namespace
}  // namespace freshet
