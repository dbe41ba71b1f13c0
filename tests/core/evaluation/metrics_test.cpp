#include "core/evaluation/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace freshet {
namespace {

ranking_metrics of(std::size_t k, const std::vector<std::uint32_t>& ranked,
                   const std::vector<std::uint32_t>& relevant) {
  std::vector<item_row> ranked_rows, relevant_rows;
  for (const auto row : ranked) ranked_rows.push_back(item_row{row});
  for (const auto row : relevant) relevant_rows.push_back(item_row{row});
  return metrics_at(k, ranked_rows, relevant_rows);
}

TEST(ranking_metrics, of_one_hit_depend_on_its_rank) {
  const auto metrics = of(5, {9, 8, 7, 6}, {7});
  EXPECT_EQ(metrics.hit_rate, 1);
  EXPECT_EQ(metrics.recall, 1);
  EXPECT_DOUBLE_EQ(metrics.ndcg, 0.5);  // 1 / log2(4)
  EXPECT_DOUBLE_EQ(metrics.mrr, 1.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.map, 1.0 / 3);
}

TEST(ranking_metrics, of_several_hits) {
  // Hits at ranks 1 and 3 of 4; three items are relevant.
  const auto metrics = of(4, {5, 1, 2, 3}, {2, 5, 40});
  EXPECT_EQ(metrics.hit_rate, 1);
  EXPECT_DOUBLE_EQ(metrics.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.ndcg, (1 + 0.5) / (1 + 1 / std::log2(3.0) + 0.5));
  EXPECT_DOUBLE_EQ(metrics.mrr, 1);
  EXPECT_DOUBLE_EQ(metrics.map, (1 + 2.0 / 3) / 3);
}

TEST(ranking_metrics, cut_the_ideal_list_at_k) {
  const auto metrics = of(2, {1, 2, 3}, {1, 2, 3, 4, 5});
  EXPECT_DOUBLE_EQ(metrics.ndcg, 1) << "two hits are all that two places can hold";
  EXPECT_DOUBLE_EQ(metrics.map, 1);
  EXPECT_DOUBLE_EQ(metrics.recall, 0.4);
}

TEST(ranking_metrics, do_not_see_hits_beyond_k) {
  EXPECT_EQ(of(2, {1, 2, 3}, {3}), ranking_metrics{});
}

TEST(ranking_metrics, of_nothing_relevant_are_zero) {
  EXPECT_EQ(of(3, {1, 2}, {}), ranking_metrics{});
  EXPECT_EQ(of(3, {}, {1}), ranking_metrics{});
}

}  // namespace
}  // namespace freshet
