#include "actors/recommender.hpp"

#include <gtest/gtest.h>

#include "tests/actors/recommender_fixture.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::recording_exchange;
using testing::the_recommender;

TEST_F(the_recommender, ranks_a_warm_user_without_what_was_seen) {
  logic.use(model(1));
  publish("ada", 1);
  const auto task = ask({.user_id = "ada", .history = {}, .k = 2});
  ASSERT_EQ(logic.prepare(*task), recommender::next_step::rank);
  EXPECT_EQ(task->list, &task->model->ranking);
  EXPECT_EQ(task->excluded, std::vector{item_row{1}});
  const auto all = ask({.user_id = "ada", .history = {}, .k = 2, .exclude_seen = false});
  logic.prepare(*all);
  EXPECT_TRUE(all->excluded.empty());
}

TEST_F(the_recommender, lets_an_index_answer_only_on_the_lite_surface_where_the_request_and_the_settings_agree) {
  auto made = model(1);
  matrix<float> factors(2, 2);
  const dense_scores scores{factors.view(), {}};
  made->ranking = in_one_slice(scores);
  logic.use(made);
  publish("ada", 1);
  const auto by_index = [this](http::surface form, bool use_faiss) {
    const auto task = ask({.form = form, .user_id = "ada", .history = {}, .use_faiss = use_faiss});
    EXPECT_EQ(logic.prepare(*task), recommender::next_step::rank);
    return task->by_index;
  };
  EXPECT_FALSE(by_index(http::surface::lite, true)) << "no index is configured";
  auto index = approximate_index::build(scores, *made->ranking.slices, {});
  ASSERT_TRUE(index);
  made->ranking.index = std::make_shared<const approximate_index>(*std::move(index));
  EXPECT_TRUE(by_index(http::surface::lite, true));
  EXPECT_FALSE(by_index(http::surface::lite, false));
  EXPECT_FALSE(by_index(http::surface::guide, true));
  EXPECT_FALSE(by_index(http::surface::v1, true));
  publish("new", 1, true, true);
  const auto cold = ask({.form = http::surface::lite, .user_id = "new", .history = {}});
  EXPECT_EQ(logic.prepare(*cold), recommender::next_step::rank);
  EXPECT_FALSE(cold->by_index) << "a fallback list has none";
}

TEST_F(the_recommender, has_a_cold_user_resolved) {
  logic.use(model(1));
  EXPECT_EQ(logic.prepare(*ask({.user_id = "ada", .history = {}})), recommender::next_step::resolve_user);
}

TEST_F(the_recommender, asks_nobody_of_a_user_whom_neither_the_store_nor_the_model_knows) {
  const testing::temporary_directory directory;
  const auto opened = event_store::open(directory / "db", {});
  ASSERT_TRUE(opened);
  auto& store = **opened;
  ingest_batch batch;
  batch.events.push_back({event{.user_id = "ada", .item_id = "a", .ts = 1'700'000'000}, "1"});
  ASSERT_TRUE(store.apply(batch, false));
  recommender knowing({.catalogue = &catalogue, .table = &table, .store = &store, .time = &time, .options = {}});
  auto serving = model(1);
  auto trained = std::make_shared<string_map<user_row>>();
  trained->emplace("bob", user_row{0});
  serving->trained_users = trained;
  knowing.use(serving);

  const auto stranger = ask({.form = http::surface::v1, .user_id = "stranger", .history = {}});
  ASSERT_EQ(knowing.prepare(*stranger), recommender::next_step::rank);
  EXPECT_FALSE(stranger->user->known);
  EXPECT_EQ(stranger->fallback_method, "popularity");
  for (const char* known : {"ada", "bob"}) {
    EXPECT_EQ(knowing.prepare(*ask({.user_id = known, .history = {}})), recommender::next_step::resolve_user) << known;
  }
  const auto with_history = ask({.user_id = "stranger", .history = {{.item_id = "a"}}});
  EXPECT_EQ(knowing.prepare(*with_history), recommender::next_step::resolve_user);
  const auto with_reasons = ask({.user_id = "stranger", .history = {}, .explain = true});
  EXPECT_EQ(knowing.prepare(*with_reasons), recommender::next_step::resolve_user);
}

TEST_F(the_recommender, keeps_no_answer_of_a_user_whom_nobody_knows) {
  caches kept(cache_options{});
  recommender keeping({.kept = &kept, .catalogue = &catalogue, .table = &table, .time = &time, .options = {}});
  keeping.use(model(1));
  const auto key_of = [&](const std::string& user_id, std::vector<http::history_entry> history, bool known) {
    const auto task = ask({.form = http::surface::v1, .user_id = user_id, .history = std::move(history)});
    auto user = std::make_shared<user_query>(*unknown_user(user_id, 1));
    user->known = known;
    task->user = std::move(user);
    keeping.prepare(*task);
    return task->answer_key;
  };
  EXPECT_FALSE(key_of("ada", {}, true).empty());
  EXPECT_TRUE(key_of("stranger", {}, false).empty()) << "made-up ids push out nobody";
  EXPECT_FALSE(key_of("", {{.item_id = "a"}}, false).empty()) << "an anonymous history may come again";
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
  EXPECT_EQ(guide->list, &guide->model->popularity);
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
  auto quiet = with({.reranking = {.enabled = false}});
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
  EXPECT_EQ(guide->list, &guide->model->cold_start);
  EXPECT_EQ(std::get<dense_query>(guide->ranked_by).factors, cold_start_factors(std::vector<float>{.6F, .8F}, {}));
  ASSERT_TRUE(std::holds_alternative<rerank_options>(guide->reranking));
  EXPECT_EQ(std::get<rerank_options>(guide->reranking).weights, weights_cold_start_default);
  const auto v1 = ask({.form = http::surface::v1, .user_id = "ada", .k = 1});
  logic.prepare(*v1);
  EXPECT_EQ(v1->list, &v1->model->ranking) << "a fold-in after the first event beats the blend";
  EXPECT_EQ(v1->fallback_method, "");

  auto plain = with({.fallback = {.default_strategy = fallback_strategy::popularity}});
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
  ASSERT_EQ(logic.prepare(younger_than_the_model), recommender::next_step::finish) << "there is nothing to rank";
  EXPECT_TRUE(younger_than_the_model.kept_list->rows.empty());
  recommend_task unknown(call, http::similar_query{.item_id = "zzz"});
  EXPECT_EQ(logic.prepare(unknown), recommender::next_step::answered);
  EXPECT_EQ(call->answer()->status, 404U);
}

TEST_F(the_recommender, finds_what_is_like_an_item_by_content_where_the_model_knows_it_not) {
  auto made = model_with_content();
  made->index_of_row.push_back(item_index{2});
  made->tail_row_of_index.emplace(item_index{2}, item_row{2});
  item_signals known;
  known.content = matrix<float>(3, 2);
  known.content.values() = {1, 0, .6F, .8F, 0, 1};
  made->known.content = known.content.view();
  logic.use(made);
  recommend_task younger(call, http::similar_query{.item_id = "c", .k = 2});
  ASSERT_EQ(logic.prepare(younger), recommender::next_step::rank);
  EXPECT_EQ(younger.list, &made->content);
  EXPECT_EQ(std::get<dense_query>(younger.ranked_by).factors, (std::vector<float>{0, 1}));
  recommend_task by_model(call, http::similar_query{.item_id = "a"});
  logic.prepare(by_model);
  EXPECT_EQ(by_model.list, &made->similarity);
  recommend_task by_content(call, http::similar_query{.item_id = "a", .use_cf = false});
  logic.prepare(by_content);
  EXPECT_EQ(by_content.list, &made->content);
}

TEST_F(the_recommender, lets_only_items_through_that_may_be_shown_and_satisfy_the_conditions) {
  item hidden{.item_id = "a"};
  hidden.attributes["hidden"] = true;
  catalogue.update(item_index{0}, hidden);
  logic.use(model(1));
  publish("ada", 1);
  const auto plain = ask({.user_id = "ada", .exclude_seen = false});
  ASSERT_EQ(logic.prepare(*plain), recommender::next_step::rank);
  EXPECT_EQ(*plain->lanes.front().rows.bits, filters::bitmap{0b10});
  const auto none = ask({.user_id = "ada", .exclude_seen = false, .conditions = {.filter = "item_id = 'a'"}});
  ASSERT_EQ(logic.prepare(*none), recommender::next_step::rank);
  EXPECT_EQ(none->original_count, 1U);
  EXPECT_EQ(none->filtered_count, 0U);
  const auto listed = ask({.user_id = "ada",
                           .exclude_seen = false,
                           .conditions = {.filter = "", .exclude_items = {"b"}, .include_items = {"a", "b", "zzz"}}});
  ASSERT_EQ(logic.prepare(*listed), recommender::next_step::rank);
  EXPECT_EQ(*listed->lanes.front().rows.bits, filters::bitmap{0b10});
  EXPECT_EQ(listed->excluded, std::vector{item_row{1}});
  EXPECT_EQ(listed->filtered_count, 0U);
}

TEST_F(the_recommender, refuses_a_condition_in_the_words_of_the_surface) {
  logic.use(model(1));
  publish("ada", 1);
  const http::item_conditions wrong{.filter = "colour = 'red'"};
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::v1, .user_id = "ada", .conditions = wrong})),
            recommender::next_step::answered);
  EXPECT_EQ(call->answer()->status, 400U);
  EXPECT_NE(call->answer()->body.find("colour"), std::string::npos);
  call = std::make_shared<recording_exchange>(testing::make_request(http::method::post, "/recommend"));
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::guide, .user_id = "ada", .conditions = wrong})),
            recommender::next_step::answered);
  EXPECT_EQ(call->answer()->status, 422U);
}

TEST_F(the_recommender, cuts_boosted_rows_into_lanes) {
  logic.use(model(1));
  publish("ada", 1);
  const auto task =
      ask({.form = http::surface::v1,
           .user_id = "ada",
           .boosts = {{.filter = "item_id = 'a'", .factor = 2}, {.filter = "item_id = 'zzz'", .factor = 9}}});
  ASSERT_EQ(logic.prepare(*task), recommender::next_step::rank);
  ASSERT_EQ(task->lanes.size(), 2U) << "a boost of nothing makes no lane";
  EXPECT_EQ(*task->lanes[0].rows.bits, filters::bitmap{0b01});
  EXPECT_EQ(task->lanes[0].factor, 2);
  EXPECT_EQ(*task->lanes[1].rows.bits, filters::bitmap{0b10});
  EXPECT_EQ(task->lanes[1].factor, 1);
}

TEST_F(the_recommender, answers_only_with_the_model_that_is_asked_for) {
  logic.use(model(1));
  publish("ada", 1);
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::v1, .user_id = "ada", .model = "als_1"})),
            recommender::next_step::rank);
  call = std::make_shared<recording_exchange>(testing::make_request(http::method::post, "/v1/recommend"));
  EXPECT_EQ(logic.prepare(*ask({.form = http::surface::v1, .user_id = "ada", .model = "als_2"})),
            recommender::next_step::answered);
  EXPECT_EQ(call->answer()->status, 404U);
}

TEST_F(the_recommender, has_a_past_state_computed_and_excludes_what_got_a_row_since) {
  auto made = model(1);
  made->index_of_row.push_back(item_index{2});
  made->tail_row_of_index.emplace(item_index{2}, item_row{2});
  logic.use(made);
  publish("ada", 1);
  const auto past = ask({.form = http::surface::v1, .user_id = "ada", .as_of = 1'600'000'000});
  ASSERT_EQ(logic.prepare(*past), recommender::next_step::resolve_user) << "although the user is warm";
  auto then = std::make_shared<user_query>();
  then->known = true;
  then->generation = 1;
  then->seen = {item_row{0}};
  then->seen_without_row = {item_index{2}};
  past->user = then;
  ASSERT_EQ(logic.prepare(*past), recommender::next_step::rank);
  EXPECT_EQ(past->excluded, (std::vector{item_row{0}, item_row{2}}));
}

TEST_F(the_recommender, a_task_that_is_lost_answers_503) {
  ask({.user_id = "ada", .history = {}}).reset();
  ASSERT_TRUE(call->answer());
  EXPECT_EQ(call->answer()->status, 503U);
}

}  // namespace
}  // namespace freshet
