// GET /stats of the operations guide.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

TEST(guide_stats, tell_of_users_items_and_requests) {
  auto& service = shop_of_integers().service();
  service.post("/recommend", R"({"user_id": 1})");
  const auto answer = service.get("/stats");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body,
               R"({"model_id": "string", "total_users": "integer", "trainable_users": "integer",
      "cold_start_users": "integer", "trainable_percentage": "number", "num_items": "integer",
      "popular_items_cached": "integer", "user_histories_cached": "integer", "cache": "object"})");
  EXPECT_EQ(answer.body.at("num_items"), service.get("/model_info").body.at("num_items"));
  EXPECT_EQ(answer.body.at("total_users").as_int64(),
            answer.body.at("trainable_users").as_int64() + answer.body.at("cold_start_users").as_int64());
}

}  // namespace
}  // namespace freshet::testing
