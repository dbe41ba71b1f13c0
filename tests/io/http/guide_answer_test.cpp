#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/two_items.hpp"

namespace freshet::http {
namespace {

using testing::two_items;
namespace json = boost::json;

TEST(guide_answer, is_the_documented_body) {
  const recommend_query query{.form = surface::guide, .user_id = "12345", .user_id_is_number = true};
  EXPECT_EQ(json::parse(render_guide(query, two_items(), 1.23456).body), json::parse(R"({
    "user_id": 12345,
    "recommendations": [
      {"product_id": "item789", "item_id": "item789", "score": 0.85, "rank": 1, "fallback": false,
       "product_name": "A \"quoted\"\nname", "brand": "BrandName", "price": 99.99, "avg_star": 4.5, "num_sold_time": 1200},
      {"product_id": "bare", "item_id": "bare", "score": 0.5, "rank": 2, "fallback": false,
       "product_name": null, "brand": null, "price": null, "avg_star": null, "num_sold_time": null}],
    "count": 2, "is_fallback": false, "fallback_method": null, "latency_ms": 1.235, "model_id": "als_20261101_v1"})"));
}

TEST(guide_answer, shows_the_signals_of_a_reranked_list) {
  recommendation answer = two_items();
  answer.items.resize(1);
  answer.items[0].score = .75F;
  answer.reranked = {{.row = item_row{0},
                      .final_score = .75F,
                      .signals = {.cf = .5F, .content = .25F, .popularity = 3, .quality = 4.5F},
                      .normalized = {.cf = 1, .content = .625F, .popularity = .5F, .quality = .875F}}};
  const auto shown = json::parse(render_guide({.form = surface::guide, .user_id = "u"}, answer, 0).body);
  const auto& item = shown.at("recommendations").at(0).as_object();
  EXPECT_EQ(item.at("score"), .75);
  EXPECT_EQ(item.at("cf_score"), .5);
  EXPECT_EQ(item.at("final_score"), .75);
  EXPECT_EQ(item.at("signals"), json::parse(R"({"cf":0.5,"content":0.25,"popularity":3,"quality":4.5})"));
  EXPECT_EQ(item.at("signals_normalized"), json::parse(R"({"cf":1,"content":0.625,"popularity":0.5,"quality":0.875})"));
  answer.fallback_method = "hybrid";
  const auto cold = json::parse(render_guide({.form = surface::guide, .user_id = "u"}, answer, 0).body);
  EXPECT_TRUE(cold.at("recommendations").at(0).at("cf_score").is_null()) << "the model did not score it";
  EXPECT_EQ(cold.at("fallback_method"), "hybrid");
}

TEST(guide_answer, says_when_it_is_a_fallback) {
  recommendation answer = two_items();
  answer.fallback_method = "popularity";
  const auto body = json::parse(render_guide({.user_id = "u"}, answer, 0).body);
  EXPECT_EQ(body.at("user_id"), "u") << "a string stays one";
  EXPECT_EQ(body.at("is_fallback"), true);
  EXPECT_EQ(body.at("fallback_method"), "popularity");
  EXPECT_EQ(body.at("recommendations").at(0).at("fallback"), true);
}

TEST(guide_answer, writes_integer_ids_where_the_catalogue_has_them) {
  recommendation answer{.integer_item_ids = true};
  answer.items.push_back({std::make_shared<const item_view>(item{.item_id = "42"}), 1});
  answer.items.push_back({std::make_shared<const item_view>(item{.item_id = "042"}), 1});
  const auto body = json::parse(render_guide({.user_id = "u"}, answer, 0).body);
  EXPECT_EQ(body.at("recommendations").at(0).at("product_id"), 42);
  EXPECT_EQ(body.at("recommendations").at(0).at("item_id"), 42);
  EXPECT_EQ(body.at("recommendations").at(1).at("product_id"), "042") << "not canonical: never changed";
  EXPECT_TRUE(body.at("model_id").is_null());
}

TEST(guide_batch_answer, has_an_entry_for_each_user) {
  const recommend_query number{.form = surface::guide, .user_id = "7", .user_id_is_number = true};
  const recommend_query text{.form = surface::guide, .user_id = "a\"b"};
  recommendation popular = two_items();
  popular.fallback_method = "popularity";
  std::vector<batch_entry> entries{{&number, {}, false}, {&text, {}, true}};
  append_batch_entry(entries[0].body, number, two_items());
  append_batch_entry(entries[1].body, text, popular);
  const auto body = json::parse(render_guide_batch(entries, 12.5).body);
  EXPECT_EQ(body.at("num_users"), 2);
  EXPECT_EQ(body.at("cf_users"), 1);
  EXPECT_EQ(body.at("fallback_users"), 1);
  EXPECT_EQ(body.at("total_latency_ms"), 12.5);
  const auto& first = body.at("results").at("7");
  EXPECT_EQ(first.at("recommendations"), json::parse(render_guide(number, two_items(), 0).body).at("recommendations"));
  EXPECT_EQ(first.at("count"), 2);
  EXPECT_EQ(first.at("is_fallback"), false);
  EXPECT_TRUE(first.at("fallback_method").is_null());
  EXPECT_EQ(body.at("results").at("a\"b").at("fallback_method"), "popularity");
  EXPECT_EQ(json::parse(render_guide_batch({}, 0).body).at("results"), json::parse("{}"));
}

TEST(guide_similar_answer, echoes_the_type_of_the_id_and_names_the_method) {
  recommendation answer = two_items();
  answer.method = "cf_embeddings";
  const auto body = json::parse(
      render_guide_similar({.form = surface::guide, .item_id = "42", .item_id_is_number = true}, answer, 1).body);
  EXPECT_EQ(body.at("product_id"), 42);
  EXPECT_EQ(body.at("count"), 2);
  EXPECT_EQ(body.at("method"), "cf_embeddings");
  EXPECT_EQ(body.at("model_id"), "als_20261101_v1");
  EXPECT_EQ(body.at("latency_ms"), 1);
  EXPECT_EQ(body.at("similar_items").at(0).at("product_id"), "item789");
  EXPECT_EQ(body.at("similar_items").at(1).at("rank"), 2);
  EXPECT_EQ(json::parse(render_guide_similar({.item_id = "42"}, answer, 1).body).at("product_id"), "42");
}

}  // namespace
}  // namespace freshet::http
