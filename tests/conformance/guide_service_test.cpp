// /model_info and /reload_model of the operations guide.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

TEST(guide_model_info, has_the_documented_members) {
  const auto answer = shop_of_integers().service().get("/model_info");
  ASSERT_EQ(answer.status, 200U);
  expect_shape(answer.body, R"({"model_id": "string", "model_type": "string", "num_users": "integer",
      "num_items": "integer", "factors": "integer", "loaded_at": "time",
      "score_range": {"min": "number", "max": "number", "mean": "number", "std": "number", "p01": "number",
                      "p99": "number"},
      "trainable_users": "integer", "reranking_enabled": "boolean"})");
  EXPECT_EQ(answer.body.at("model_type"), "als");
  EXPECT_EQ(answer.body.at("factors"), 64);
}

TEST(guide_reload_model, swaps_says_so_and_refuses_what_is_broken) {
  served_shop shop(shop_ids::integers, "hot_reload:\n  enabled: false\n");
  auto& service = shop.service();
  constexpr auto shape = R"({"status": "string", "previous_model_id": "string", "new_model_id": "string",
                             "reloaded": "boolean"})";
  const auto first = service.get("/model_info").body.at("model_id");
  const auto same = service.post("/reload_model", "");
  expect_shape(same.body, shape);
  EXPECT_EQ(same.body.at("status"), "no_update");
  EXPECT_FALSE(same.body.at("reloaded").as_bool());

  shop.train("43");
  const auto swapped = service.post("/reload_model", "");
  ASSERT_EQ(swapped.status, 200U) << swapped.raw.body;
  expect_shape(swapped.body, shape);
  EXPECT_EQ(swapped.body.at("status"), "reloaded");
  EXPECT_EQ(swapped.body.at("previous_model_id"), first);
  EXPECT_NE(swapped.body.at("new_model_id"), first);
  EXPECT_EQ(service.get("/health").body.at("model_id"), swapped.body.at("new_model_id"));

  std::ofstream(shop.path("artifacts/registry.json")) << "{";
  const auto broken = service.post("/reload_model", "");
  EXPECT_EQ(broken.status, 500U);
  expect_problem(broken.body, 500, "registry.json");
  for (const auto& body : {broken.raw.body, service.get("/readyz?verbose").raw.body}) {
    EXPECT_EQ(body.find(shop.path("")), std::string::npos) << "no internal path: " << body;
  }
  EXPECT_EQ(service.get("/recommend?user_id=1").status, 200U) << "the old model serves on";
}

}  // namespace
}  // namespace freshet::testing
