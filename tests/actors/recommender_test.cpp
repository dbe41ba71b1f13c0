#include "actors/recommender.hpp"

#include <gtest/gtest.h>

#include "core/models/popularity.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet {
namespace {

using testing::recording_exchange;

struct the_recommender : ::testing::Test {
  the_recommender() : logic(catalogue, table) {
    for (const char* id : {"a", "b", "c"}) {
      item metadata;
      metadata.item_id = id;
      catalogue.update(item_index{static_cast<std::uint32_t>(id[0] - 'a')}, std::move(metadata));
    }
  }

  static generation_ptr model(std::uint64_t number, std::string model_id = "als_1") {
    auto made = std::make_shared<generation>();
    made->number = number;
    made->model_id = std::move(model_id);
    made->served = std::make_shared<popularity_model>(std::vector<float>{3, 2});
    made->index_of_row = {item_index{0}, item_index{1}};
    made->row_of_index = {item_row{0}, item_row{1}};
    return made;
  }
  void publish(const std::string& user_id, std::uint64_t number, bool known = true, std::string fallback = "") {
    auto made = std::make_shared<user_query>();
    made->user_id = user_id;
    made->known = known;
    made->generation = number;
    made->fallback_method = std::move(fallback);
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
  publish("ada", 1, false, "popularity");
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

TEST_F(the_recommender, finds_neighbours_of_known_items_only) {
  logic.use(model(1));
  recommend_task known(call, http::similar_query{.item_id = "b", .k = 2});
  ASSERT_EQ(logic.prepare(known), recommender::next_step::rank);
  EXPECT_EQ(known.excluded, std::vector{item_row{1}});
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
