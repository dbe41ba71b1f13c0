// filter_params of the operations guide.
#include <gtest/gtest.h>

#include <functional>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process::answer filtered(const std::string& params) {
  return shop_of_integers().service().post(
      "/recommend", R"({"user_id": 2, "topk": 10, "rerank": false, "filter_params": )" + params + "}");
}

void expect_filtered(const std::string& params, const std::function<bool(const shop_item&)>& pass) {
  const auto by_id = [&](const std::string& id) { return pass(shop_of_integers().item(id)); };
  EXPECT_EQ(ids_of(filtered(params)), first_of(shop_of_integers().ranking_for("2"), 10, by_id)) << params;
}

TEST(guide_filters, act_inside_the_ranking) {
  const auto& one = shop_of_integers().item("1");
  const auto& other = shop_of_integers().item("2");
  expect_filtered(R"({"brand": ")" + one.brand + "\"}", [&](const auto& i) { return i.brand == one.brand; });
  expect_filtered(R"({"brand": [")" + one.brand + "\",\"" + other.brand + "\"]}",
                  [&](const auto& i) { return i.brand == one.brand || i.brand == other.brand; });
  expect_filtered(R"({"category": ")" + one.category + "\"}",
                  [&](const auto& i) { return i.category == one.category; });
  expect_filtered(R"({"price_min": 10, "price_max": 30.99})",
                  [](const auto& i) { return i.price >= 10 && i.price <= 30.99; });
  expect_filtered(R"({"min_rating": 4.2})", [](const auto& i) { return i.avg_star >= 4.2; });
  expect_filtered(R"({"colour": ["red", "green"], "category": ")" + one.category + "\"}", [&](const auto& i) {
    return (i.colour == "red" || i.colour == "green") && i.category == one.category;
  });
  expect_filtered(R"({"product_id": [3, 4, "5"]})",
                  [](const auto& i) { return i.id == "3" || i.id == "4" || i.id == "5"; });
}

TEST(guide_filters, of_a_stranger_act_inside_the_fallback) {
  const auto answer =
      shop_of_integers().service().post("/recommend", R"({"user_id": 987654321, "filter_params": {"colour": "red"}})");
  EXPECT_TRUE(answer.body.at("is_fallback").as_bool());
  const auto ids = ids_of(answer);
  EXPECT_FALSE(ids.empty());
  for (const auto& id : ids) EXPECT_EQ(shop_of_integers().item(id).colour, "red");
}

TEST(guide_filters, with_an_unknown_key_are_422) {
  const auto answer = filtered(R"({"colr": "red"})");
  EXPECT_EQ(answer.status, 422U) << answer.raw.body;
  expect_shape(answer.body, R"({"detail": [{"loc": ["string"], "msg": "string", "type": "string"}]})");
  EXPECT_NE(answer.raw.body.find("colr"), std::string::npos) << answer.raw.body;
  EXPECT_EQ(filtered(R"({"price": "cheap"})").status, 422U) << "another type than the attribute";
  EXPECT_EQ(filtered(R"({"price_min": "cheap"})").status, 422U);
}

}  // namespace
}  // namespace freshet::testing
