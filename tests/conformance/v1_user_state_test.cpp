// The state of a user, the export document and the models.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

service_process& service() {
  return shop_of_texts().service();
}

TEST(v1_users, show_their_state) {
  const auto answer = service().get("/v1/users/u1");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(answer.body.at("user_id"), "u1");
  EXPECT_EQ(service().get("/v1/users/nobody").status, 404U);
}

TEST(v1_users, export_the_documented_document) {
  const auto answer = service().get("/v1/users/u1/export");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"user_id": "string",
      "events": [{"item_id": "string", "timestamp": "integer", "quantity": "integer"}],
      "items": [{"item_id": "string", "category": "string|null", "brand": "string|null", "price": "number|null",
                 "img_url": "string|null"}],
      "export_timestamp": "integer", "export_date": "time"})");
}

TEST(v1_models, are_listed) {
  const auto answer = service().get("/v1/models");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_NE(answer.raw.body.find("als_"), std::string::npos);
}

}  // namespace
}  // namespace freshet::testing
