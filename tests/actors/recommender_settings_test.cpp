// What the recommender takes from its settings, and what it keeps under them.
#include <gtest/gtest.h>

#include "tests/actors/recommender_fixture.hpp"

namespace freshet {
namespace {

using testing::the_recommender;

TEST_F(the_recommender, reranks_with_every_weight_and_limit_of_the_settings) {
  reranking_options changed{.weights_trainable = {.1F, .2F, .3F, .4F},
                            .weights_cold_start = {0, .5F, .6F, .7F},
                            .diversity = {.enabled = false, .penalty = .8F, .threshold = .9F},
                            .candidate_multiplier = 7};
  logic.configure({.reranking = changed, .fallback = {.content_weight = .25F, .popularity_weight = .75F}});
  logic.use(model_with_content());
  publish("ada", 1);
  const auto task = ask({.form = http::surface::guide, .user_id = "ada", .k = 2});
  logic.prepare(*task);
  const auto& options = std::get<rerank_options>(task->reranking);
  EXPECT_EQ(options.weights, (signal_values{.1F, .2F, .3F, .4F}));
  EXPECT_FALSE(options.diversity.enabled);
  EXPECT_EQ(options.diversity.penalty, .8F);
  EXPECT_EQ(options.diversity.threshold, .9F);
  EXPECT_EQ(task->candidates, 14U);
  publish("bob", 1, true, true);
  const auto cold = ask({.form = http::surface::guide, .user_id = "bob", .k = 2});
  logic.prepare(*cold);
  EXPECT_EQ(std::get<rerank_options>(cold->reranking).weights, (signal_values{0, .5F, .6F, .7F}));
  EXPECT_EQ(std::get<dense_query>(cold->ranked_by).factors,
            cold_start_factors(std::vector<float>{.6F, .8F}, {.content = .25F, .popularity = .75F}));
}

TEST_F(the_recommender, does_not_find_what_was_kept_under_other_settings) {
  caches kept{options{}.cache};
  recommender keeping({.kept = &kept, .catalogue = &catalogue, .table = &table, .time = &time, .options = {}});
  keeping.use(model_with_content());
  publish("ada", 1);
  const auto first = ask({.form = http::surface::guide, .user_id = "ada", .k = 2});
  ASSERT_EQ(keeping.prepare(*first), recommender::next_step::rank);
  ASSERT_NE(first->answer_key, "");
  kept.keep_response(first->answer_key, std::make_shared<const cached_response>(), std::chrono::steady_clock::now());
  EXPECT_EQ(keeping.prepare(*ask({.form = http::surface::guide, .user_id = "ada", .k = 2})),
            recommender::next_step::finish);
  keeping.configure({});
  EXPECT_EQ(keeping.prepare(*ask({.form = http::surface::guide, .user_id = "ada", .k = 2})),
            recommender::next_step::rank);
}

TEST_F(the_recommender, computes_a_quiet_question_in_any_case_and_counts_no_look_up) {
  caches kept{options{}.cache};
  recommender keeping({.kept = &kept, .catalogue = &catalogue, .table = &table, .time = &time, .options = {}});
  keeping.use(model_with_content());
  publish("ada", 1);
  const auto task = ask({.form = http::surface::guide, .user_id = "ada", .k = 2});
  task->quiet = true;
  EXPECT_EQ(keeping.prepare(*task), recommender::next_step::resolve_user) << "although ada is in the table";
  const auto similar = std::make_shared<recommend_task>(call, http::similar_query{.item_id = "a", .k = 2});
  similar->quiet = true;
  EXPECT_EQ(keeping.prepare(*similar), recommender::next_step::rank);
  EXPECT_NE(similar->list_key, "") << "it is kept for others";
  EXPECT_EQ(similar->answer_key, "");
  EXPECT_EQ(kept.item_similarity.counters().misses, 0U);
  EXPECT_EQ(table.counters().hits + table.counters().misses, 0U);
}

}  // namespace
}  // namespace freshet
