#include "actors/requests/online_quality.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

std::vector<item_index> items(std::initializer_list<std::uint32_t> numbers) {
  std::vector<item_index> list;
  for (const auto each : numbers) list.push_back(item_index{each});
  return list;
}

TEST(the_online_quality, is_the_share_of_lists_followed_up_and_the_place_of_what_was_taken) {
  online_quality quality;
  const auto first = quality.shown("als_1", items({7, 8, 9}));
  const auto second = quality.shown("als_1", items({1, 2, 3, 4}));
  const auto other = quality.shown("als_2", items({7}));
  quality.acted(first, item_index{7});
  quality.acted(second, item_index{4});
  quality.acted(other, item_index{8});
  const auto seen = quality.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].model_id, "als_1");
  EXPECT_EQ(seen[0].lists, 2U);
  EXPECT_DOUBLE_EQ(seen[0].hit_rate(), 1);
  EXPECT_DOUBLE_EQ(seen[0].reciprocal_rank(), (1 + .25) / 2);
  EXPECT_EQ(seen[1].lists, 1U);
  EXPECT_DOUBLE_EQ(seen[1].hit_rate(), 0) << "what was taken was not in the list";
}

TEST(the_online_quality, counts_the_first_event_on_a_list_and_nothing_that_it_did_not_give_out) {
  online_quality quality;
  const auto id = quality.shown("als_1", items({7, 8}));
  EXPECT_EQ(id.size(), 16U);
  quality.acted(id, item_index{8});
  quality.acted(id, item_index{7});
  quality.acted("0000000000000000", item_index{7});
  quality.acted("no id of ours", item_index{7});
  quality.acted("", item_index{7});
  EXPECT_EQ(quality.seen().front().hits, 1U);
  EXPECT_DOUBLE_EQ(quality.seen().front().reciprocal_ranks, .5);
}

TEST(the_online_quality, forgets_the_oldest_lists_and_models) {
  online_quality quality;
  const auto first = quality.shown("als_0", items({7}));
  for (std::size_t model = 1; model <= online_quality::models_max; ++model) {
    quality.shown("als_" + std::to_string(model), items({7}));
  }
  EXPECT_EQ(quality.seen().size(), online_quality::models_max);
  EXPECT_EQ(quality.seen().front().model_id, "als_1");
  quality.acted(first, item_index{7});
  for (const auto& each : quality.seen()) EXPECT_EQ(each.hits, 0U);

  const auto early = quality.shown("als_9", items({7}));
  for (std::size_t list = 0; list < online_quality::lists_max; ++list) quality.shown("als_9", items({7}));
  quality.acted(early, item_index{7});
  for (const auto& each : quality.seen()) EXPECT_EQ(each.hits, 0U);
}

}  // namespace
}  // namespace freshet
