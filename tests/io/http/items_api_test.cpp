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

request changing(method verb, std::string body, std::string content_type = "application/json") {
  auto in = testing::make_request(verb, "/v1/items/a", std::move(body));
  in.headers.emplace_back("content-type", std::move(content_type));
  return in;
}

std::string refusal_of(const parsed<item>& outcome, unsigned status = 400) {
  const auto* refused = std::get_if<response>(&outcome);
  if (refused == nullptr) return "taken";
  EXPECT_EQ(refused->status, status) << refused->body;
  return refused->body;
}

TEST(items_api, puts_an_item_under_the_id_of_the_path) {
  for (const auto* body : {R"({"title":"Lamp"})", R"({"item_id":"a","title":"Lamp"})"}) {
    const auto made = parse_item(changing(method::put, body), "a");
    ASSERT_TRUE(std::holds_alternative<item>(made)) << refusal_of(made);
    EXPECT_EQ(std::get<item>(made).item_id, "a");
    EXPECT_EQ(std::get<item>(made).title, "Lamp");
  }
  EXPECT_EQ(std::get<item>(parse_item(changing(method::put, R"({"item_id":17})"), "17")).item_id, "17");
  EXPECT_NE(refusal_of(parse_item(changing(method::put, R"({"item_id":"b"})"), "a")).find("item_id"),
            std::string::npos);
}

TEST(items_api, says_what_is_wrong_with_an_item) {
  const auto refusal = [](const std::string& body) { return refusal_of(parse_item(changing(method::put, body), "a")); };
  EXPECT_NE(refusal(R"({"price":"cheap"})").find("price"), std::string::npos);
  EXPECT_NE(refusal(R"({"weight":1e999})").find("too large"), std::string::npos);
  EXPECT_NE(refusal(R"({"hidden":"yes"})").find("hidden"), std::string::npos);
  EXPECT_NE(refusal(R"({"available_from":"tomorrow"})").find("available_from"), std::string::npos);
  EXPECT_NE(refusal(R"({"available_from":2000,"available_until":1000})").find("available_until"), std::string::npos);
  EXPECT_NE(refusal("[]").find("object"), std::string::npos);
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
  EXPECT_NE(refusal_of(parse_item(changing(method::put, "{}"), std::string(300, 'x'))).find("item_id"),
            std::string::npos);
  EXPECT_NE(refusal_of(parse_item(changing(method::put, "a=b", "application/x-www-form-urlencoded"), "a"), 415)
                .find("content type"),
            std::string::npos);
}

TEST(items_api, changes_what_a_patch_names_and_nothing_else) {
  item before;
  before.item_id = "a";
  before.title = "Lamp";
  before.price = 2.5;
  before.attributes = {{"color", "red"}, {"hidden", true}};
  const auto in = changing(method::patch, R"({"title":null,"price":3,"hidden":null,"size":"XL","item_id":null})",
                           "application/merge-patch+json");
  const auto patch = std::get<boost::json::object>(parse_item_patch(in));
  item expected;
  expected.item_id = "a";
  expected.price = 3;
  expected.attributes = {{"color", "red"}, {"size", "XL"}};
  EXPECT_EQ(std::get<item>(patched_item(before, patch, in)), expected);
  EXPECT_EQ(std::get<item>(patched_item(before, {}, in)), before) << "an empty patch changes nothing";
  EXPECT_NE(refusal_of(patched_item(before, {{"price", "cheap"}}, in)).find("price"), std::string::npos);
  EXPECT_NE(refusal_of(patched_item(before, {{"item_id", "b"}}, in)).find("item_id"), std::string::npos);
}

TEST(items_api, shows_an_item_as_it_can_be_put_again) {
  item shown;
  shown.item_id = "a/\"b";
  shown.title = "Lamp";
  shown.attributes = {{"color", "red"}, {"new", true}, {"w", 1.5}};
  const auto answer = render_item(shown);
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(std::get<item>(parse_item(changing(method::put, answer.body), shown.item_id)), shown);
  EXPECT_EQ(render_item(shown, true).status, 201U);
}

}  // namespace
}  // namespace freshet::http
