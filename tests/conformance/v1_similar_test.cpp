// GET /v1/items/{id}/similar.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process& service() {
  return shop_of_texts().service();
}

TEST(v1_similar, answers_with_its_body) {
  const auto answer = service().get("/v1/items/i3/similar?k=5");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"item_id": "string", "similar_items": [{"item_id": "string", "score": "number",
      "rank": "integer", "title": "string"}], "count": "integer", "model_id": "string", "latency_ms": "number"})");
  EXPECT_EQ(ids_of(answer, "similar_items"), ids_of(service().get("/similar-items?item_id=i3&k=5")));
  expect_problem(service().get("/v1/items/nothing/similar").body, 404, "nothing");
}

TEST(v1_similar, filters_and_returns_what_is_asked_for) {
  const auto all = ids_of(service().get("/v1/items/i3/similar?k=1000"), "similar_items");
  ASSERT_GT(all.size(), 20U);
  const auto red = [](const std::string& id) { return shop_of_texts().item(id).colour == "red"; };
  EXPECT_EQ(ids_of(service().get("/v1/items/i3/similar?k=4&filter=colour%20%3D%20%22red%22"), "similar_items"),
            first_of(all, 4, red));
  EXPECT_EQ(ids_of(service().get("/v1/items/i3/similar?k=4&exclude_items=" + all[0] + "&exclude_items=" + all[2]),
                   "similar_items"),
            first_of(all, 4, [&](const auto& id) { return id != all[0] && id != all[2]; }));
  EXPECT_EQ(ids_of(service().get("/v1/items/i3/similar?include_items=" + all[7]), "similar_items"), id_list{all[7]});
  const auto shown = service().get("/v1/items/i3/similar?k=1&fields=colour,price");
  EXPECT_EQ(shown.body.at("similar_items").at(0).as_object().size(), 5U) << shown.raw.body;
  expect_problem(service().get("/v1/items/i3/similar?filter=price%20%3C").body, 400, "position");
}

}  // namespace
}  // namespace freshet::testing
