// GET /recommend of the RecSys-Lite runbook: who, how many, what was seen.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process::answer recommend(const std::string& parameters) {
  return shop_of_texts().service().get("/recommend?" + parameters);
}

constexpr std::string_view lite_item = R"({"item_id": "string", "score": "number", "title": "string|null",
    "category": "string|null", "brand": "string|null", "price": "number|null", "img_url": "string|null",
    "image_url": "string|null", "explanation": "string|null"})";

TEST(lite_recommend, answers_with_the_documented_body) {
  const auto answer = recommend("user_id=u1");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.raw.content_type, "application/json");
  expect_shape(answer.body, R"({"user_id": "string", "recommendations": [)" + std::string(lite_item) +
                                R"(], "pagination": "null", "filter_info": "null"})");
  EXPECT_EQ(answer.body.at("user_id"), "u1");
  double before = 1e30;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    const auto& known = shop_of_texts().item(std::string(each.at("item_id").as_string()));
    EXPECT_EQ(each.at("title").as_string(), known.title);
    EXPECT_EQ(each.at("category").as_string(), known.category);
    EXPECT_EQ(each.at("brand").as_string(), known.brand);
    EXPECT_EQ(each.at("price").to_number<double>(), known.price);
    EXPECT_EQ(each.at("img_url"), each.at("image_url"));
    EXPECT_LE(each.at("score").to_number<double>(), before) << "scores descend";
    before = each.at("score").to_number<double>();
  }
}

TEST(lite_recommend, k_is_10_unless_given_and_bounded_by_50) {
  EXPECT_EQ(ids_of(recommend("user_id=u1")).size(), 10U);
  const auto ranking = shop_of_texts().ranking_for("u1");
  for (const std::size_t k : {1, 7, 50}) {
    EXPECT_EQ(ids_of(recommend("user_id=u1&k=" + std::to_string(k))),
              id_list(ranking.begin(), ranking.begin() + static_cast<std::ptrdiff_t>(std::min(k, ranking.size()))));
  }
  expect_problem(recommend("user_id=u1&k=0").body, 400, "k");
  expect_problem(recommend("user_id=u1&k=51").body, 400, "1 to 50");
  expect_problem(recommend("user_id=u1&k=ten").body, 422, "k");
}

TEST(lite_recommend, leaves_out_what_was_seen_unless_told_otherwise) {
  const auto seen = shop_of_texts().seen_by("u1");
  const auto was_seen = [&](const std::string& id) { return std::ranges::find(seen, id) != seen.end(); };
  for (const auto& id : ids_of(recommend("user_id=u1&k=50"))) EXPECT_FALSE(was_seen(id)) << id;
  EXPECT_TRUE(std::ranges::any_of(ids_of(recommend("user_id=u1&k=10&exclude_seen=false")), was_seen));
}

TEST(lite_recommend, needs_a_user_that_it_knows) {
  expect_problem(recommend("k=5").body, 422, "user_id");
  const auto unknown = recommend("user_id=nobody");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_EQ(unknown.raw.content_type, "application/problem+json");
  expect_problem(unknown.body, 404, "User nobody not found");
  EXPECT_EQ(unknown.body.at("detail").as_string(), "User nobody not found");
}

TEST(lite_recommend, without_an_index_gives_the_exact_list_for_either_value_of_use_faiss) {
  const auto exact = ids_of(recommend("user_id=u2&k=20&use_faiss=false"));
  EXPECT_EQ(ids_of(recommend("user_id=u2&k=20&use_faiss=true")), exact);
  expect_problem(recommend("user_id=u2&use_faiss=perhaps").body, 422, "use_faiss");
}

TEST(lite_recommend, ignores_parameters_that_nobody_documented) {
  EXPECT_EQ(ids_of(recommend("user_id=u1&utm_source=mail")), ids_of(recommend("user_id=u1")));
}

TEST(lite_similar_items, answers_with_the_same_body_without_the_item) {
  auto& service = shop_of_texts().service();
  const auto answer = service.get("/similar-items?item_id=i3&k=50");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"user_id": "string", "item_id": "string", "recommendations": [)" +
                                std::string(lite_item) + R"(], "pagination": "null", "filter_info": "null"})");
  EXPECT_EQ(answer.body.at("user_id"), "i3") << "the documented quirk";
  EXPECT_EQ(answer.body.at("item_id"), "i3");
  const auto ids = ids_of(answer);
  EXPECT_EQ(ids.size(), 50U);
  EXPECT_EQ(std::ranges::count(ids, "i3"), 0);
  EXPECT_EQ(ids_of(service.get("/similar-items?item_id=i3")).size(), 10U);
  const auto unknown = service.get("/similar-items?item_id=nothing");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_EQ(unknown.body.at("detail").as_string(), "Item nothing not found");
  expect_problem(service.get("/similar-items").body, 422, "item_id");
}

}  // namespace
}  // namespace freshet::testing
