// POST /batch_recommend and /similar_items of the operations guide.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process::answer post(const std::string& target, const std::string& body) {
  return shop_of_integers().service().post(target, body);
}

TEST(guide_batch, answers_each_user_as_alone) {
  const auto answer = post("/batch_recommend", R"({"user_ids": [1, "2", 987654321], "topk": 4})");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"results": "object", "num_users": "integer", "total_latency_ms": "number",
                                "cf_users": "integer", "fallback_users": "integer"})");
  EXPECT_EQ(answer.body.at("num_users"), 3);
  EXPECT_EQ(answer.body.at("cf_users"), 2);
  EXPECT_EQ(answer.body.at("fallback_users"), 1);
  for (const std::string user : {"1", "2", "987654321"}) {
    const auto& entry = answer.body.at("results").at(user);
    expect_shape(entry, R"({"recommendations": [{"product_id": "integer", "score": "number", "rank": "integer"}],
                            "count": "integer", "is_fallback": "boolean", "fallback_method": "string|null"})");
    const auto alone = post("/recommend", R"({"user_id": )" + user + R"(, "topk": 4})");
    EXPECT_EQ(entry.at("recommendations"), alone.body.at("recommendations")) << user;
    EXPECT_EQ(entry.at("is_fallback"), alone.body.at("is_fallback"));
    EXPECT_EQ(entry.at("fallback_method"), alone.body.at("fallback_method"));
    EXPECT_EQ(entry.at("count"), 4);
  }
}

TEST(guide_batch, takes_1_to_100_users) {
  std::string ids = "1";
  for (int i = 2; i <= 100; ++i) ids += "," + std::to_string(i);
  EXPECT_EQ(post("/batch_recommend", R"({"user_ids": [)" + ids + "]}").body.at("num_users"), 100);
  EXPECT_EQ(post("/batch_recommend", R"({"user_ids": [)" + ids + ",101]}").status, 422U);
  EXPECT_EQ(post("/batch_recommend", R"({"user_ids": []})").status, 422U);
  EXPECT_EQ(post("/batch_recommend", "{}").status, 422U);
  EXPECT_EQ(post("/batch_recommend", R"({"user_ids": [1], "topk": 101})").status, 422U);
}

TEST(guide_batch, leaves_out_what_was_seen_unless_told_otherwise) {
  const auto seen = shop_of_integers().seen_by("1");
  const auto all = post("/batch_recommend", R"({"user_ids": [1], "topk": 100, "exclude_seen": false})");
  EXPECT_EQ(all.body.at("results").at("1").at("recommendations").as_array().size(),
            shop_of_integers().ranking_for("1", false).size());
  const auto unseen = post("/batch_recommend", R"({"user_ids": [1], "topk": 100})");
  for (const auto& each : unseen.body.at("results").at("1").at("recommendations").as_array()) {
    EXPECT_EQ(std::ranges::count(seen, boost::json::serialize(each.at("product_id"))), 0);
  }
}

TEST(guide_similar, answers_with_the_documented_body) {
  const auto answer = post("/similar_items", R"({"product_id": 3})");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"product_id": "integer", "similar_items": [{"product_id": "integer",
      "score": "number", "rank": "integer", "product_name": "string|null"}], "count": "integer", "method": "string"})");
  EXPECT_EQ(answer.body.at("product_id"), 3);
  EXPECT_EQ(answer.body.at("method"), "cf_embeddings");
  const auto ids = ids_of(answer, "similar_items", "product_id");
  EXPECT_EQ(ids.size(), 10U);
  EXPECT_EQ(std::ranges::count(ids, "3"), 0) << "never itself";
  EXPECT_EQ(ids, ids_of(shop_of_integers().service().get("/similar-items?item_id=3")))
      << "as the other document has it";
  EXPECT_EQ(post("/similar_items", R"({"product_id": "3"})").body.at("product_id"), "3");
}

TEST(guide_similar, goes_by_content_where_asked) {
  const auto answer = post("/similar_items", R"({"product_id": 3, "use_cf": false, "topk": 5})");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.body.at("method"), "content");
  EXPECT_EQ(answer.body.at("count"), 5);
  const auto ids = ids_of(answer, "similar_items", "product_id");
  const auto same = std::ranges::count_if(ids, [](const std::string& id) {
    const auto& items = shop_of_integers();
    return items.item(id).category == items.item("3").category || items.item(id).brand == items.item("3").brand ||
           items.item(id).colour == items.item("3").colour;
  });
  EXPECT_GE(same, 4) << "alike in words";
}

TEST(guide_similar, bounds_topk) {
  EXPECT_EQ(post("/similar_items", R"({"product_id": 3, "topk": 50})").body.at("count"), 50);
  EXPECT_EQ(post("/similar_items", R"({"product_id": 3, "topk": 51})").status, 422U);
  EXPECT_EQ(post("/similar_items", R"({"topk": 5})").status, 422U);
}

}  // namespace
}  // namespace freshet::testing
