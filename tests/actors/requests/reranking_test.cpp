#include "actors/requests/reranking.hpp"

#include <gtest/gtest.h>

#include "core/models/popularity/popularity.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet {
namespace {

/// Items "0".."3" with scores 4..1; 0 and 1 are alike in content, 2 and 3 too.
struct reranking_of_four : ::testing::Test {
  reranking_of_four() {
    auto made = std::make_shared<generation>();
    made->served = std::make_shared<popularity_model>(std::vector<float>{4, 3, 2, 1});
    for (std::uint32_t row = 0; row < 4; ++row) {
      item metadata{.item_id = std::to_string(row)};
      metadata.title = "Title " + metadata.item_id;
      if (row >= 2) metadata.category = "Kitchen";
      catalogue.update(item_index{row}, std::move(metadata));
      made->index_of_row.push_back(item_index{row});
      made->row_of_index.emplace_back(item_row{row});
    }
    auto known = std::make_shared<item_signals>();
    known->content = matrix<float>(4, 2);
    known->content.values() = {1, 0, 1, 0, 0, 1, 0, 1};
    known->popularity = {0, 0, 0, 0};
    known->quality = {3, 3, 3, 3};
    known->interactions = {9, 9, 9, 0};
    known->interactions_total = 27;
    made->known = *known;
    made->known_at_load = std::move(known);
    model = made;
  }

  recommend_task_ptr ask(http::recommend_query asked, std::size_t k) {
    auto task = std::make_shared<recommend_task>(
        std::make_shared<testing::recording_exchange>(testing::make_request(http::method::get, "/recommend")),
        std::move(asked));
    task->model = model;
    task->k = k;
    auto user = std::make_shared<user_query>();
    user->seen = {item_row{1}};
    task->user = user;
    task->excluded = user->seen;
    return task;
  }
  std::vector<item_row> order(const recommend_task& task) {
    rerank(task, catalogue, best, out);
    std::vector<item_row> rows;
    for (const auto& each : best) rows.push_back(each.row);
    return rows;
  }

  item_catalogue catalogue;
  generation_ptr model;
  std::vector<scored_row> best{{item_row{0}, 4}, {item_row{2}, 2}, {item_row{3}, 1}};
  http::recommendation out;
};

using rows = std::vector<item_row>;

TEST_F(reranking_of_four, leaves_a_request_that_asks_for_nothing_as_it_is) {
  EXPECT_EQ(order(*ask({}, 3)), (rows{item_row{0}, item_row{2}, item_row{3}}));
  EXPECT_TRUE(out.reranked.empty());
  EXPECT_TRUE(out.explanations.empty());
  EXPECT_TRUE(out.reasons.empty());
}

TEST_F(reranking_of_four, gives_hybrid_lists_their_signals) {
  const auto task = ask({.form = http::surface::guide}, 2);
  task->reranking = rerank_options{.weights = {.content = 1}, .cf_range = {0, 4}};
  task->profile = {0, 1};
  EXPECT_EQ(order(*task), (rows{item_row{2}, item_row{3}}));
  ASSERT_EQ(out.reranked.size(), 2U);
  EXPECT_EQ(out.reranked[0].signals.cf, 2);
  EXPECT_EQ(out.reranked[0].normalized.cf, .5F);
  EXPECT_EQ(best[0].score, out.reranked[0].final_score);
}

TEST_F(reranking_of_four, takes_the_range_of_the_candidates_for_a_model_that_tells_none) {
  const auto task = ask({.form = http::surface::guide}, 3);
  task->reranking = rerank_options{.weights = {.cf = 1}};
  order(*task);
  EXPECT_EQ(out.reranked[0].normalized.cf, 1);
  EXPECT_FLOAT_EQ(out.reranked[1].normalized.cf, 1.0F / 3);
}

TEST_F(reranking_of_four, explains_each_place_of_a_strategy) {
  const auto task = ask({.strategy = http::strategy_request{}}, 3);
  task->reranking = strategy_weights{{.relevance = .4F, .diversity = .3F, .novelty = .5F}};
  EXPECT_EQ(order(*task), (rows{item_row{3}, item_row{0}, item_row{2}}));
  EXPECT_EQ(out.explanations, (std::vector<std::string>{"Rarely seen, close to your taste",
                                                        "Because you bought Title 1", "Because you bought Title 1"}));
}

TEST_F(reranking_of_four, says_what_adds_variety_and_what_is_popular) {
  const auto varied = ask({.strategy = http::strategy_request{}}, 2);
  varied->reranking = strategy_weights{{.relevance = .3F, .diversity = .7F}};
  EXPECT_EQ(order(*varied), (rows{item_row{0}, item_row{2}}));
  EXPECT_EQ(out.explanations.back(), "Adds variety: Kitchen");
  out = {};
  const auto popular = ask({.strategy = http::strategy_request{}}, 1);
  popular->reranking = strategy_weights{{.popularity = 1}};
  order(*popular);
  EXPECT_EQ(out.explanations, std::vector<std::string>{"Popular right now"});
}

TEST_F(reranking_of_four, varies_a_list) {
  best = {{item_row{0}, 4}, {item_row{1}, 3.9F}, {item_row{2}, 2}};
  const auto task = ask({.form = http::surface::v1}, 2);
  task->reranking = mmr_options{.diversity = .6F, .k = 2};
  EXPECT_EQ(order(*task), (rows{item_row{0}, item_row{2}}));
  EXPECT_EQ(best[1].score, 2) << "scores stay the model's";
}

TEST_F(reranking_of_four, gives_every_item_reasons_where_they_were_asked_for) {
  const auto task = ask({.form = http::surface::v1, .explain = true}, 3);
  task->told = std::make_shared<user_interactions>(user_interactions{.strengths = {{item_row{1}, 1}}});
  order(*task);
  ASSERT_EQ(out.reasons.size(), 3U);
  ASSERT_EQ(out.reasons[0].size(), 1U);
  EXPECT_EQ(out.reasons[0][0].view->metadata().item_id, "1");
  EXPECT_EQ(out.reasons[0][0].contribution, 0) << "popularity is the same for everybody";
}

}  // namespace
}  // namespace freshet
