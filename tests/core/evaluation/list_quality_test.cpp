#include "core/evaluation/list_quality.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace freshet {
namespace {

using lists = std::vector<std::vector<scored_row>>;

std::vector<scored_row> list(const std::vector<std::uint32_t>& rows) {
  std::vector<scored_row> listed;
  for (const auto row : rows) listed.push_back({item_row{row}, 0});
  return listed;
}

/// Item 0: users 0 1 2; item 1: users 0 1; item 2: user 2; item 3: nobody.
training_data small_data() {
  training_data data;
  data.strengths.add_row(taste{{item_row{0}, 1}, {item_row{1}, 1}});
  data.strengths.add_row(taste{{item_row{0}, 1}, {item_row{1}, 1}});
  data.strengths.add_row(taste{{item_row{0}, 1}, {item_row{2}, 1}});
  data.strengths.widen(4);
  return data;
}

TEST(list_quality, of_two_lists_worked_out_by_hand) {
  const auto data = small_data();
  const list_judge judge(data, 4);
  const auto quality = judge.judge(lists{list({0, 1, 2}), list({1, 0})}, 2);
  EXPECT_DOUBLE_EQ(quality.coverage, 2.0 / 4);
  EXPECT_DOUBLE_EQ(quality.diversity, 1 - 2.0 / 3);
  // 6 pairs + 4 items; items 0 and 1 have 3 and 2 pairs.
  EXPECT_DOUBLE_EQ(quality.novelty, (-std::log2(4.0 / 10) - std::log2(3.0 / 10)) / 2);
  EXPECT_DOUBLE_EQ(quality.popularity, (1 + 2.0 / 3) / 2);
  // Shown 0 0 2 2 times, by weights -3 -1 1 3.
  EXPECT_DOUBLE_EQ(quality.gini, 8.0 / 16);
}

TEST(list_quality, of_a_random_list_has_the_popularity_one_half) {
  training_data nobody;
  nobody.strengths.widen(5);
  const list_judge judge(nobody, 5);
  const auto quality = judge.judge(lists{list({0, 1, 2, 3, 4})}, 5);
  EXPECT_DOUBLE_EQ(quality.popularity, 0.5);
  EXPECT_DOUBLE_EQ(quality.gini, 0);
  EXPECT_DOUBLE_EQ(quality.diversity, 1) << "nothing in common";
}

TEST(list_quality, takes_likeness_from_embeddings_before_features_before_users) {
  auto data = small_data();
  EXPECT_DOUBLE_EQ(list_judge(data, 4).likeness(item_row{0}, item_row{1}), 2.0 / 3);
  item_features features;
  features.values.add_row(taste{{item_row{0}, 3}, {item_row{1}, 4}});
  features.values.add_row(taste{{item_row{1}, 2}});
  data.features = std::make_shared<const item_features>(features);
  EXPECT_DOUBLE_EQ(list_judge(data, 4).likeness(item_row{0}, item_row{1}), 0.8);
  EXPECT_DOUBLE_EQ(list_judge(data, 4).likeness(item_row{0}, item_row{3}), 0);
  item_embeddings embeddings{.vectors = matrix<float>(4, 2)};
  embeddings.vectors.values() = {1, 0, 0, 1, 2, 2, 0, 0};
  data.embeddings = std::make_shared<const item_embeddings>(embeddings);
  EXPECT_DOUBLE_EQ(list_judge(data, 4).likeness(item_row{0}, item_row{1}), 0);
  EXPECT_NEAR(list_judge(data, 4).likeness(item_row{0}, item_row{2}), std::sqrt(0.5), 1e-12);
  EXPECT_DOUBLE_EQ(list_judge(data, 4).likeness(item_row{0}, item_row{3}), 0);
}

TEST(list_quality, of_no_lists_is_zero) {
  const training_data nothing;
  const list_judge judge(nothing, 0);
  EXPECT_EQ(judge.judge({}, 10).coverage, 0);
}

}  // namespace
}  // namespace freshet
