#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

#include "core/base/random.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {
namespace {

recommendation two_items() {
  item known{.item_id = "item789"};
  known.title = "A \"quoted\"\nname";
  known.category = "Electronics";
  known.brand = "BrandName";
  known.img_url = "https://example.com/images/item789.jpg";
  known.price = 99.99;
  known.avg_star = 4.5;
  known.num_sold_time = 1200;
  recommendation answer{.model_id = "als_20261101_v1"};
  answer.items.push_back({std::make_shared<const item_view>(known), 0.85F});
  answer.items.push_back({std::make_shared<const item_view>(item{.item_id = "bare"}), 0.5F});
  return answer;
}

TEST(lite_answer, is_the_documented_body) {
  const response out = render_lite({.user_id = "user123"}, two_items());
  EXPECT_EQ(out.status, 200U);
  EXPECT_EQ(out.content_type, "application/json");
  EXPECT_EQ(boost::json::parse(out.body), boost::json::parse(R"({
    "user_id": "user123",
    "recommendations": [
      {"item_id": "item789", "score": 0.85, "title": "A \"quoted\"\nname", "category": "Electronics",
       "brand": "BrandName", "price": 99.99, "img_url": "https://example.com/images/item789.jpg",
       "image_url": "https://example.com/images/item789.jpg", "explanation": null},
      {"item_id": "bare", "score": 0.5, "title": null, "category": null, "brand": null, "price": null,
       "img_url": null, "image_url": null, "explanation": null}],
    "pagination": null, "filter_info": null})"));
}

TEST(lite_answer, of_similar_items_has_the_item_in_both_places) {
  const auto body = boost::json::parse(render_lite_similar({.item_id = "item456"}, two_items()).body);
  EXPECT_EQ(body.at("user_id"), "item456");
  EXPECT_EQ(body.at("item_id"), "item456");
  EXPECT_EQ(body.at("recommendations").as_array().size(), 2U);
}

TEST(guide_answer, is_the_documented_body) {
  const recommend_query query{.form = surface::guide, .user_id = "12345", .user_id_is_number = true};
  EXPECT_EQ(boost::json::parse(render_guide(query, two_items(), 1.23456).body), boost::json::parse(R"({
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
  const auto shown = boost::json::parse(render_guide({.form = surface::guide, .user_id = "u"}, answer, 0).body);
  const auto& item = shown.at("recommendations").at(0).as_object();
  EXPECT_EQ(item.at("score"), .75);
  EXPECT_EQ(item.at("cf_score"), .5);
  EXPECT_EQ(item.at("final_score"), .75);
  EXPECT_EQ(item.at("signals"), boost::json::parse(R"({"cf":0.5,"content":0.25,"popularity":3,"quality":4.5})"));
  EXPECT_EQ(item.at("signals_normalized"),
            boost::json::parse(R"({"cf":1,"content":0.625,"popularity":0.5,"quality":0.875})"));
  answer.fallback_method = "hybrid";
  const auto cold = boost::json::parse(render_guide({.form = surface::guide, .user_id = "u"}, answer, 0).body);
  EXPECT_TRUE(cold.at("recommendations").at(0).at("cf_score").is_null()) << "the model did not score it";
  EXPECT_EQ(cold.at("fallback_method"), "hybrid");
}

TEST(lite_answer, explains_a_reranked_list) {
  recommendation answer = two_items();
  answer.explanations = {"Popular right now", "Because you bought \"it\""};
  answer.original_count = answer.filtered_count = 7;
  const recommend_query query{.user_id = "u", .strategy = strategy_request{.strategy = rerank_strategy::diversity}};
  const auto shown = boost::json::parse(render_lite(query, answer).body);
  EXPECT_EQ(shown.at("recommendations").at(1).at("explanation"), "Because you bought \"it\"");
  const auto& info = shown.at("filter_info");
  EXPECT_EQ(info.at("original_count"), 7);
  EXPECT_EQ(info.at("filtered_count"), 7);
  EXPECT_EQ(info.at("filters_applied").at("excluded_items"), 0);
  const auto& reranking = info.at("reranking");
  EXPECT_EQ(reranking.at("strategy"), "diversity");
  EXPECT_EQ(reranking.at("applied"), true);
  EXPECT_NEAR(reranking.at("weights").at("relevance_weight").to_number<double>(), 2.0 / 3, 1e-6);
  EXPECT_EQ(reranking.at("weights").at("novelty_weight").to_number<double>(), 0);
  EXPECT_EQ(reranking.at("category_distribution"), boost::json::parse(R"({"Electronics": 1})"));
}

TEST(guide_answer, says_when_it_is_a_fallback) {
  recommendation answer = two_items();
  answer.fallback_method = "popularity";
  const auto body = boost::json::parse(render_guide({.user_id = "u"}, answer, 0).body);
  EXPECT_EQ(body.at("user_id"), "u") << "a string stays one";
  EXPECT_EQ(body.at("is_fallback"), true);
  EXPECT_EQ(body.at("fallback_method"), "popularity");
  EXPECT_EQ(body.at("recommendations").at(0).at("fallback"), true);
}

TEST(guide_answer, writes_integer_ids_where_the_catalogue_has_them) {
  recommendation answer{.integer_item_ids = true};
  answer.items.push_back({std::make_shared<const item_view>(item{.item_id = "42"}), 1});
  answer.items.push_back({std::make_shared<const item_view>(item{.item_id = "042"}), 1});
  const auto body = boost::json::parse(render_guide({.user_id = "u"}, answer, 0).body);
  EXPECT_EQ(body.at("recommendations").at(0).at("product_id"), 42);
  EXPECT_EQ(body.at("recommendations").at(0).at("item_id"), 42);
  EXPECT_EQ(body.at("recommendations").at(1).at("product_id"), "042") << "not canonical: never changed";
  EXPECT_TRUE(body.at("model_id").is_null());
}

TEST(v1_answer, holds_items_and_facts) {
  const recommend_query query{.form = surface::v1, .user_id = "u"};
  const auto body = boost::json::parse(render_v1(query, two_items(), 0.5).body);
  EXPECT_EQ(body.at("user_id"), "u");
  EXPECT_EQ(body.at("count"), 2);
  EXPECT_EQ(body.at("recommendations").at(1).at("item_id"), "bare");
  EXPECT_EQ(body.at("recommendations").at(1).at("rank"), 2);
  EXPECT_EQ(body.at("recommendations").at(0).at("title"), "A \"quoted\"\nname");
  EXPECT_EQ(body.at("model_id"), "als_20261101_v1");
  EXPECT_EQ(body.at("latency_ms"), 0.5);
  EXPECT_TRUE(boost::json::parse(render_v1({.form = surface::v1}, two_items(), 0).body).at("user_id").is_null());
}

TEST(v1_answer, gives_reasons_where_they_were_asked_for) {
  recommendation answer = two_items();
  const auto bought = answer.items[0].view;
  answer.reasons = {{{bought, .5F}, {answer.items[1].view, -.25F}}, {}};
  const auto body = boost::json::parse(render_v1({.form = surface::v1, .user_id = "u"}, answer, 0).body);
  EXPECT_EQ(body.at("recommendations").at(0).at("because"), boost::json::parse(R"([
    {"item_id": "item789", "title": "A \"quoted\"\nname", "contribution": 0.5},
    {"item_id": "bare", "title": null, "contribution": -0.25}])"));
  EXPECT_TRUE(body.at("recommendations").at(1).at("because").as_array().empty());
}

TEST(because_answer, names_the_user_the_item_and_the_reasons) {
  const because_answer answer{.user_id = "u", .item_id = "i", .model_id = "m", .score = .5F};
  EXPECT_EQ(boost::json::parse(render_because(answer).body),
            boost::json::parse(R"({"user_id": "u", "item_id": "i", "model_id": "m", "score": 0.5, "because": []})"));
  EXPECT_TRUE(boost::json::parse(render_because({.user_id = "u", .item_id = "i"}).body).at("score").is_null());
}

TEST(answers, are_json_whatever_the_ids_texts_and_scores_hold) {
  constexpr std::uint64_t seed = 4;
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (int round = 0; round < 500; ++round) {
    const auto any_text = [&] {
      std::string text(random.below(12), ' ');
      for (char& c : text) c = static_cast<char>(random.below(256));
      return text;
    };
    item odd{.item_id = any_text()};
    odd.title = any_text();
    odd.price = std::numeric_limits<double>::quiet_NaN();
    recommendation answer{.model_id = any_text(), .fallback_method = any_text()};
    answer.integer_item_ids = random.below(2) == 0;
    answer.items.push_back({std::make_shared<const item_view>(odd), std::numeric_limits<float>::infinity()});
    const recommend_query query{.user_id = any_text()};
    boost::json::error_code failed;
    for (const auto& body : {render_lite(query, answer).body, render_lite_similar({.item_id = any_text()}, answer).body,
                             render_guide(query, answer, 1).body, render_v1(query, answer, 1).body}) {
      boost::json::parse(body, failed);
      ASSERT_FALSE(failed) << body;
    }
  }
}

}  // namespace
}  // namespace freshet::http
