#include "actors/recommender.hpp"

#include <gtest/gtest.h>

#include "core/models/popularity/popularity.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet {
namespace {

using testing::recording_exchange;

struct the_recommender : ::testing::Test {
  the_recommender() : logic(catalogue, table, {}) {
    for (const char* id : {"a", "b", "c"}) {
      item metadata;
      metadata.item_id = id;
      catalogue.update(item_index{static_cast<std::uint32_t>(id[0] - 'a')}, std::move(metadata));
    }
  }

  static std::shared_ptr<generation> model(std::uint64_t number, std::string model_id = "als_1") {
    auto made = std::make_shared<generation>();
    made->number = number;
    made->model_id = std::move(model_id);
    made->served = std::make_shared<popularity_model>(std::vector<float>{3, 2});
    made->index_of_row = {item_index{0}, item_index{1}};
    made->row_of_index = {item_row{0}, item_row{1}};
    return made;
  }
  /// The same with content: item "a" and item "b" are alike in one of two ways.
  static std::shared_ptr<generation> model_with_content() {
    auto made = model(1);
    made->known.content = matrix<float>(2, 2);
    made->known.content.values() = {1, 0, .6F, .8F};
    made->known.popularity = {0, 0};
    made->cold_start_bias = cold_start_bias(made->known, {});
    made->cold_start.emplace_back(dense_scores{made->known.content.view(), made->cold_start_bias},
                                  row_range{item_row{0}, item_row{2}});
    made->metadata.scores.p01 = 1;
    made->metadata.scores.p99 = 5;
    return made;
  }
  void publish(const std::string& user_id, std::uint64_t number, bool known = true, bool cold = false) {
    auto made = std::make_shared<user_query>();
    made->user_id = user_id;
    made->known = known;
    made->generation = number;
    made->cold = cold;
    made->trainable = !cold;
    made->seen = {item_row{1}};
    table.publish(std::move(made));
  }
  recommend_task_ptr ask(http::recommend_query asked) {
    return std::make_shared<recommend_task>(call, std::move(asked));
  }

  item_catalogue catalogue;
  user_query_table table{100};
  recommender logic;
  std::shared_ptr<recording_exchange> call =
      std::make_shared<recording_exchange>(testing::make_request(http::method::get, "/recommend?user_id=ada"));
};

TEST_F(the_recommender, ranks_a_warm_user_without_what_was_seen) {
  logic.use(model(1));
  publish("ada", 1);
  const auto task = ask({.user_id = "ada", .history = {}, .k = 2});
  ASSERT_EQ(logic.prepare(*task), recommender::next_step::rank);
  EXPECT_EQ(task->slices, &task->model->ranking);
  EXPECT_EQ(task->excluded, std::vector{item_row{1}});
  const auto all = ask({.user_id = "ada", .history = {}, .k = 2, .exclude_seen = false});
  logic.prepare(*all);
  EXPECT_TRUE(all->excluded.empty());
}

TEST_F(the_recommender, has_a_cold_user_resolved) {
  logic.use(model(1));
  EXPECT_EQ(logic.prepare(*ask({.user_id = "ada", .history = {}})), recommender::next_step::resolve_user);
}

TEST_F(the_recommender, has_a_user_of_another_generation_resolved_anew) {
  logic.use(model(2));
  publish("ada", 1);
  EXPECT_EQ(logic.prepare(*ask({.user_id = "ada", .history = {}})), recommender::next_step::resolve_user);
}

TEST_F(the_recommender, keeps_the_generation_that_a_task_began_with) {
  logic.use(model(1));
  publish("ada", 0);
  const auto task = ask({.user_id = "ada", .history = {}});
  ASSERT_EQ(logic.prepare(*task), recommender::next_step::resolve_user);
  logic.use(model(2));
  auto resolved = std::make_shared<user_query>();
  resolved->known = true;
  resolved->generation = 1;
  task->user = resolved;
  ASSERT_EQ(logic.prepare(*task), recommender::next_step::rank);
  EXPECT_EQ(task->model->number, 1U);
}

TEST_F(the_recommender, answers_404_for_an_unknown_user_of_the_lite_surface_and_falls_back_elsewhere) {
  logic.use(model(1));
  publish("ada", 1, false, true);
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::lite, .user_id = "ada", .history = {}})),
            recommender::next_step::answered);
  ASSERT_TRUE(call->answer());
  EXPECT_EQ(call->answer()->status, 404U);
  const auto guide = ask({.form = http::surface::guide, .user_id = "ada", .history = {}});
  EXPECT_EQ(logic.prepare(*guide), recommender::next_step::rank);
  EXPECT_EQ(guide->slices, &guide->model->popularity);
  EXPECT_EQ(guide->fallback_method, "popularity");
}

TEST_F(the_recommender, without_a_model_serves_only_its_own_surface) {
  logic.use(model(1, ""));
  publish("ada", 1);
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::v1, .user_id = "ada", .history = {}})),
            recommender::next_step::rank);
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::guide, .user_id = "ada", .history = {}})),
            recommender::next_step::answered);
  EXPECT_EQ(call->answer()->status, 503U);
}

TEST_F(the_recommender, reranks_the_guides_requests_unless_they_or_the_settings_say_no) {
  logic.use(model_with_content());
  publish("ada", 1);
  const auto prepared = [&](std::optional<bool> rerank) {
    http::recommend_query asked{.form = http::surface::guide, .user_id = "ada", .k = 2, .rerank = rerank};
    asked.rerank_weights.cf = .6F;
    const auto task = ask(asked);
    EXPECT_EQ(logic.prepare(*task), recommender::next_step::rank);
    return task;
  };
  const auto task = prepared(std::nullopt);
  ASSERT_TRUE(std::holds_alternative<rerank_options>(task->reranking));
  const auto& options = std::get<rerank_options>(task->reranking);
  EXPECT_EQ(options.weights, (signal_values{.6F, .4F, .2F, .1F})) << "what is not given is as configured";
  EXPECT_EQ(options.cf_range.low, 1);
  EXPECT_EQ(options.cf_range.high, 5);
  EXPECT_EQ(task->candidates, 10U);
  EXPECT_EQ(task->k, 2U);
  EXPECT_EQ(task->profile, (std::vector<float>{.6F, .8F}));
  const auto plain = prepared(false);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(plain->reranking));
  EXPECT_EQ(plain->candidates, 2U);
  EXPECT_TRUE(plain->profile.empty());
}

TEST_F(the_recommender, without_reranking_in_the_settings_reranks_where_it_is_asked_to) {
  recommender quiet(catalogue, table, {.reranking = {.enabled = false}});
  quiet.use(model_with_content());
  publish("ada", 1);
  const auto by_default = ask({.form = http::surface::guide, .user_id = "ada"});
  quiet.prepare(*by_default);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(by_default->reranking));
  const auto asked = ask({.form = http::surface::guide, .user_id = "ada", .rerank = true});
  quiet.prepare(*asked);
  EXPECT_TRUE(std::holds_alternative<rerank_options>(asked->reranking));
}

TEST_F(the_recommender, blends_content_and_popularity_for_a_user_with_one_interaction_on_the_guides_surface) {
  logic.use(model_with_content());
  auto made = std::make_shared<user_query>();
  made->user_id = "ada";
  made->known = true;
  made->generation = 1;
  made->seen = {item_row{1}};
  table.publish(std::move(made));
  const auto guide = ask({.form = http::surface::guide, .user_id = "ada", .k = 1});
  ASSERT_EQ(logic.prepare(*guide), recommender::next_step::rank);
  EXPECT_EQ(guide->fallback_method, "hybrid");
  EXPECT_EQ(guide->slices, &guide->model->cold_start);
  EXPECT_EQ(std::get<dense_query>(guide->ranked_by).factors, cold_start_factors(std::vector<float>{.6F, .8F}, {}));
  ASSERT_TRUE(std::holds_alternative<rerank_options>(guide->reranking));
  EXPECT_EQ(std::get<rerank_options>(guide->reranking).weights, weights_cold_start_default);
  const auto v1 = ask({.form = http::surface::v1, .user_id = "ada", .k = 1});
  logic.prepare(*v1);
  EXPECT_EQ(v1->slices, &v1->model->ranking) << "a fold-in after the first event beats the blend";
  EXPECT_EQ(v1->fallback_method, "");

  recommender plain(catalogue, table, {.fallback = {.default_strategy = fallback_strategy::popularity}});
  plain.use(model_with_content());
  const auto popular = ask({.form = http::surface::guide, .user_id = "ada", .k = 1});
  plain.prepare(*popular);
  EXPECT_EQ(popular->fallback_method, "popularity");
  EXPECT_TRUE(std::holds_alternative<std::monostate>(popular->reranking));
}

TEST_F(the_recommender, takes_more_candidates_for_variety_and_strategies) {
  logic.use(model_with_content());
  publish("ada", 1);
  const auto varied = ask({.form = http::surface::v1, .user_id = "ada", .k = 300, .diversity = .5F});
  logic.prepare(*varied);
  ASSERT_TRUE(std::holds_alternative<mmr_options>(varied->reranking));
  EXPECT_EQ(std::get<mmr_options>(varied->reranking).k, 300U);
  EXPECT_EQ(varied->candidates, 1000U);
  const auto lite = ask({.user_id = "ada", .k = 10, .strategy = http::strategy_request{}});
  logic.prepare(*lite);
  EXPECT_TRUE(std::holds_alternative<strategy_weights>(lite->reranking));
  EXPECT_EQ(lite->candidates, 100U);
}

TEST_F(the_recommender, has_the_interactions_read_where_reasons_are_asked_for) {
  logic.use(model(1));
  publish("ada", 1);
  const auto task = ask({.form = http::surface::v1, .user_id = "ada", .explain = true});
  ASSERT_EQ(logic.prepare(*task), recommender::next_step::resolve_user) << "although the user is warm";
  task->user = table.find("ada");
  task->told = std::make_shared<user_interactions>();
  EXPECT_EQ(logic.prepare(*task), recommender::next_step::rank);
}

TEST_F(the_recommender, finds_neighbours_of_known_items_only) {
  logic.use(model(1));
  recommend_task known(call, http::similar_query{.item_id = "b", .k = 2});
  ASSERT_EQ(logic.prepare(known), recommender::next_step::rank);
  EXPECT_EQ(known.excluded, std::vector{item_row{1}});
  EXPECT_EQ(known.candidates, 2U);
  recommend_task younger_than_the_model(call, http::similar_query{.item_id = "c", .k = 2});
  ASSERT_EQ(logic.prepare(younger_than_the_model), recommender::next_step::rank);
  EXPECT_EQ(younger_than_the_model.k, 0U);
  recommend_task unknown(call, http::similar_query{.item_id = "zzz"});
  EXPECT_EQ(logic.prepare(unknown), recommender::next_step::answered);
  EXPECT_EQ(call->answer()->status, 404U);
}

TEST_F(the_recommender, a_task_that_is_lost_answers_503) {
  ask({.user_id = "ada", .history = {}}).reset();
  ASSERT_TRUE(call->answer());
  EXPECT_EQ(call->answer()->status, 503U);
}

}  // namespace
}  // namespace freshet
