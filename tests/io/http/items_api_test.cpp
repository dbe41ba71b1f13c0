#include "io/http/items_api.hpp"

#include <gtest/gtest.h>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

request posted(std::string body, std::string content_type) {
  auto in = testing::make_request(method::post, "/v1/items", std::move(body));
  in.headers.emplace_back("content-type", std::move(content_type));
  return in;
}

TEST(items_api, takes_one_item) {
  const auto parsed = parse_items(posted(R"({"item_id":"a","price":2.5,"color":"red"})", "application/json"));
  const auto& query = std::get<items_request>(parsed);
  ASSERT_EQ(query.accepted.size(), 1U);
  EXPECT_EQ(query.accepted[0].item_id, "a");
  EXPECT_EQ(query.accepted[0].price, 2.5);
  EXPECT_EQ(query.accepted[0].attributes.at("color"), attribute_value("red"));
}

TEST(items_api, takes_the_good_of_an_array_and_says_why_not_the_others) {
  const auto parsed =
      parse_items(posted(R"([{"item_id":"a"},{"title":"no id"},7,{"item_id":"b"}])", "application/json"));
  const auto& query = std::get<items_request>(parsed);
  EXPECT_EQ(query.accepted.size(), 2U);
  ASSERT_EQ(query.rejected.size(), 2U);
  EXPECT_EQ(query.rejected[0].index, 1U);
  EXPECT_EQ(query.rejected[1].index, 2U);
  EXPECT_NE(render_items(query).body.find(R"("accepted":2)"), std::string::npos);
}

TEST(items_api, takes_one_item_a_line) {
  const auto parsed =
      parse_items(posted("{\"item_id\":\"a\"}\n\n{broken\r\n{\"item_id\":\"b\"}", "application/x-ndjson"));
  const auto& query = std::get<items_request>(parsed);
  EXPECT_EQ(query.accepted.size(), 2U);
  ASSERT_EQ(query.rejected.size(), 1U);
  EXPECT_EQ(query.rejected[0].index, 1U) << "blank lines do not count";
}

TEST(items_api, refuses_a_body_that_is_no_json) {
  const auto parsed = parse_items(posted("<items/>", "application/json"));
  EXPECT_EQ(std::get<response>(parsed).status, 400U);
}

}  // namespace
}  // namespace freshet::http
