// POST /recommend, /batch_recommend and /similar_items of the operations guide.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process::answer post(const std::string& target, const std::string& body) {
  return shop_of_integers().service().post(target, body);
}

constexpr const char* guide_item = R"("product_id": "integer", "item_id": "integer", "score": "number",
    "rank": "integer", "fallback": "boolean", "product_name": "string|null", "brand": "string|null",
    "price": "number|null", "avg_star": "number|null", "num_sold_time": "number|null")";

/// A 422 whose `detail` is a list of complaints about this member.
void expect_complaint(const service_process::answer& answer, const std::string& member) {
  EXPECT_EQ(answer.status, 422U) << answer.raw.body;
  EXPECT_EQ(answer.raw.content_type, "application/problem+json");
  expect_shape(answer.body, R"({"detail": [{"loc": ["string"], "msg": "string", "type": "string"}],
      "type": "string", "title": "string", "status": "integer", "instance": "string", "request_id": "string"})");
  EXPECT_NE(boost::json::serialize(answer.body.at("detail")).find('"' + member + '"'), std::string::npos)
      << answer.raw.body;
}

TEST(guide_recommend, answers_with_the_documented_body) {
  const auto answer = post("/recommend", R"({"user_id": 1, "topk": 5})");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"user_id": "integer", "recommendations": [{)" + std::string(guide_item) +
                                R"(, "cf_score": "number", "final_score": "number",
        "signals": {"cf": "number", "content": "number", "popularity": "number", "quality": "number"},
        "signals_normalized": {"cf": "number", "content": "number", "popularity": "number", "quality": "number"}}],
      "count": "integer", "is_fallback": "boolean", "fallback_method": "null", "latency_ms": "number",
      "model_id": "string"})");
  EXPECT_EQ(answer.body.at("user_id"), 1);
  EXPECT_EQ(answer.body.at("count"), 5);
  EXPECT_FALSE(answer.body.at("is_fallback").as_bool());
  int rank = 0;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    EXPECT_EQ(each.at("rank"), ++rank);
    const auto& known = shop_of_integers().item(boost::json::serialize(each.at("product_id")));
    EXPECT_EQ(each.at("product_name").as_string(), known.title);
    EXPECT_EQ(each.at("avg_star").to_number<double>(), known.avg_star);
    EXPECT_EQ(each.at("num_sold_time").to_number<double>(), known.num_sold_time);
  }
}

TEST(guide_recommend, echoes_the_type_of_the_id) {
  EXPECT_EQ(post("/recommend", R"({"user_id": 7})").body.at("user_id"), 7);
  const auto text = post("/recommend", R"({"user_id": "7"})");
  EXPECT_EQ(text.body.at("user_id"), "7");
  EXPECT_EQ(ids_of(text), ids_of(post("/recommend", R"({"user_id": 7})"))) << "the same user";
}

TEST(guide_recommend, writes_text_ids_where_the_catalogue_has_them) {
  const auto answer = shop_of_texts().service().post("/recommend", R"({"user_id": "u1"})");
  EXPECT_TRUE(answer.body.at("recommendations").at(0).at("product_id").is_string()) << answer.raw.body;
}

TEST(guide_recommend, bounds_topk_and_complains_like_fastapi) {
  EXPECT_EQ(post("/recommend", R"({"user_id": 1})").body.at("count"), 10);
  EXPECT_EQ(ids_of(post("/recommend", R"({"user_id": 1, "topk": 100, "exclude_seen": false})")).size(),
            shop_of_integers().ranking_for("1", false).size());
  expect_complaint(post("/recommend", R"({"user_id": 1, "topk": 0})"), "topk");
  expect_complaint(post("/recommend", R"({"user_id": 1, "topk": 101})"), "topk");
  expect_complaint(post("/recommend", R"({"topk": 5})"), "user_id");
  expect_complaint(post("/recommend", "{"), "body");
}

TEST(guide_recommend, falls_back_for_a_stranger) {
  const auto answer = post("/recommend", R"({"user_id": 987654321, "topk": 5})");
  ASSERT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.body.at("is_fallback").as_bool());
  EXPECT_EQ(answer.body.at("fallback_method"), "popularity");
  EXPECT_EQ(answer.body.at("count"), 5);
  EXPECT_TRUE(answer.body.at("recommendations").at(0).at("fallback").as_bool());
}

TEST(guide_recommend, leaves_out_what_was_seen_unless_told_otherwise) {
  const auto seen = shop_of_integers().seen_by("1");
  const auto was_seen = [&](const std::string& id) { return std::ranges::find(seen, id) != seen.end(); };
  EXPECT_FALSE(std::ranges::any_of(ids_of(post("/recommend", R"({"user_id": 1, "topk": 100})")), was_seen));
  EXPECT_TRUE(std::ranges::any_of(ids_of(post("/recommend", R"({"user_id": 1, "topk": 100, "exclude_seen": false})")),
                                  was_seen));
}

TEST(guide_recommend, reranks_unless_told_not_to) {
  const auto plain = post("/recommend", R"({"user_id": 1, "rerank": false})");
  EXPECT_FALSE(plain.body.at("recommendations").at(0).as_object().contains("signals"));
  EXPECT_EQ(ids_of(post("/recommend?rerank=false", R"({"user_id": 1})")), ids_of(plain)) << "the rollback recipe";
  const auto ranking = shop_of_integers().ranking_for("1");
  EXPECT_EQ(ids_of(plain), id_list(ranking.begin(), ranking.begin() + 10)) << "the model's own order";
  const auto weighted = post("/recommend", R"({"user_id": 1, "rerank_weights":
      {"cf": 1, "content": 0, "popularity": 0, "quality": 0}})");
  for (const auto& each : weighted.body.at("recommendations").as_array()) {
    EXPECT_LE(each.at("final_score").to_number<double>(),
              each.at("signals_normalized").at("cf").to_number<double>() + 1e-5);
  }
  expect_complaint(post("/recommend", R"({"user_id": 1, "rerank_weights": {"cf": 2}})"), "cf");
}

TEST(guide_recommend, without_reranking_configured_reranks_where_asked) {
  served_shop shop(shop_ids::integers, "reranking:\n  enabled: false\n");
  const auto has_signals = [&](const char* body) {
    const auto answer = shop.service().post("/recommend", body);
    return answer.body.at("recommendations").at(0).as_object().contains("signals");
  };
  EXPECT_FALSE(has_signals(R"({"user_id": 1})"));
  EXPECT_TRUE(has_signals(R"({"user_id": 1, "rerank": true})"));
  EXPECT_FALSE(shop.service().get("/model_info").body.at("reranking_enabled").as_bool());
}

}  // namespace
}  // namespace freshet::testing
