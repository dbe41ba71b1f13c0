#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>

#include "tests/support/two_items.hpp"

namespace freshet::http {
namespace {

using testing::two_items;
namespace json = boost::json;

TEST(lite_answer, is_the_documented_body) {
  const response out = render_lite({.user_id = "user123"}, two_items());
  EXPECT_EQ(out.status, 200U);
  EXPECT_EQ(out.content_type, "application/json");
  EXPECT_EQ(json::parse(out.body), json::parse(R"({
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
  const auto body = json::parse(render_lite_similar({.item_id = "item456"}, two_items()).body);
  EXPECT_EQ(body.at("user_id"), "item456");
  EXPECT_EQ(body.at("item_id"), "item456");
  EXPECT_EQ(body.at("recommendations").as_array().size(), 2U);
}

TEST(lite_answer, explains_a_reranked_list) {
  recommendation answer = two_items();
  answer.explanations = {"Popular right now", "Because you bought \"it\""};
  answer.original_count = answer.filtered_count = 7;
  const recommend_query query{.user_id = "u", .strategy = strategy_request{.strategy = rerank_strategy::diversity}};
  const auto shown = json::parse(render_lite(query, answer).body);
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
  EXPECT_EQ(reranking.at("category_distribution"), json::parse(R"({"Electronics": 1})"));
}

TEST(lite_answer, tells_the_page) {
  recommend_query query{.user_id = "u", .page = page_request{.number = 2, .size = 2}};
  recommendation answer = two_items();
  answer.listed = 5;
  EXPECT_EQ(json::parse(render_lite(query, answer).body).at("pagination"), json::parse(R"(
      {"total": 5, "page": 2, "page_size": 2, "total_pages": 3, "has_next": true, "has_prev": true})"));
  query.page->number = 1000;
  EXPECT_EQ(json::parse(render_lite(query, answer).body).at("pagination"), json::parse(R"(
      {"total": 5, "page": 3, "page_size": 2, "total_pages": 3, "has_next": false, "has_prev": true})"))
      << "past the end is the last page";
  const recommendation none;
  EXPECT_EQ(json::parse(render_lite(query, none).body).at("pagination"), json::parse(R"(
      {"total": 0, "page": 1, "page_size": 2, "total_pages": 0, "has_next": false, "has_prev": false})"));
}

TEST(page_cut, is_a_part_of_the_list) {
  const auto cut = [](std::size_t number, std::size_t size, std::size_t listed) {
    const page_cut out = cut_page({.number = number, .size = size}, listed);
    return std::pair(out.begin, out.end);
  };
  EXPECT_EQ(cut(1, 10, 25), std::pair(0UL, 10UL));
  EXPECT_EQ(cut(3, 10, 25), std::pair(20UL, 25UL));
  EXPECT_EQ(cut(4, 10, 25), std::pair(20UL, 25UL));
  EXPECT_EQ(cut(std::numeric_limits<std::int64_t>::max(), 100, 25), std::pair(0UL, 25UL));
  EXPECT_EQ(cut(2, 10, 20), std::pair(10UL, 20UL));
  EXPECT_EQ(cut(7, 10, 0), std::pair(0UL, 0UL));
}

/// With everything of which `filter_info` tells.
recommend_query filtered() {
  recommend_query query{.user_id = "u"};
  query.conditions = {"a = 1", {"x", "y", "z"}, {"i"}};
  query.given_filters = {{"Kitchen", "\"cache\":{"}, {}, std::nullopt, 19.99};
  query.cache = {.use = true, .ttl = std::chrono::seconds(60), .invalidate = true, .given = true};
  return query;
}

TEST(lite_answer, tells_what_was_filtered) {
  recommendation answer = two_items();
  answer.original_count = 100;
  answer.filtered_count = 2;
  answer.cache_ttl = std::chrono::seconds(60);
  EXPECT_EQ(json::parse(render_lite(filtered(), answer).body).at("filter_info"), json::parse(R"({
    "original_count": 100, "filtered_count": 2,
    "filters_applied": {"categories": ["Kitchen", "\"cache\":{"], "brands": [], "min_price": null,
                        "max_price": 19.99, "excluded_items": 3, "included_items": 1},
    "reranking": {"strategy": null, "applied": false, "weights": {}, "category_distribution": {"Electronics": 1}},
    "cache": {"hit": false, "ttl": 60, "invalidated": true}})"));
}

TEST(lite_answer, has_filter_info_for_any_of_its_causes) {
  const auto info = [](const similar_query& query) {
    return json::parse(render_lite_similar(query, two_items()).body).at("filter_info");
  };
  EXPECT_TRUE(info({.item_id = "i"}).is_null());
  EXPECT_FALSE(info({.item_id = "i", .conditions = {.exclude_items = {"x"}}}).is_null());
  EXPECT_FALSE(info({.item_id = "i", .cache = {.given = true}}).is_null());
  EXPECT_EQ(info({.item_id = "i", .strategy = strategy_request{}}).at("cache"),
            json::parse(R"({"hit": false, "ttl": 0, "invalidated": false})"));
}

TEST(kept_answer, says_that_it_comes_from_the_cache) {
  const std::string kept = render_lite(filtered(), two_items()).body;
  const response out = with_cache_state(kept, true, std::chrono::seconds(300), false);
  auto expected = json::parse(kept);
  expected.at("filter_info").at("cache") = json::parse(R"({"hit": true, "ttl": 300, "invalidated": false})");
  EXPECT_EQ(json::parse(out.body), expected);
  EXPECT_EQ(with_cache_state(out.body, false, {}, true).body,
            kept.substr(0, kept.rfind("\"hit\"")) + R"("hit":false,"ttl":0,"invalidated":true}}})");
  const std::string plain = render_lite({.user_id = "}}}"}, two_items()).body;
  EXPECT_EQ(with_cache_state(plain, true, std::chrono::seconds(300), false).body, plain) << "no filter_info";
}

}  // namespace
}  // namespace freshet::http
