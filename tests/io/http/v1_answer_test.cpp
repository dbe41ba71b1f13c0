#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/two_items.hpp"

namespace freshet::http {
namespace {

using testing::two_items;
namespace json = boost::json;

TEST(v1_answer, holds_items_and_facts) {
  const recommend_query query{.form = surface::v1, .user_id = "u"};
  const auto body = json::parse(render_v1(query, two_items(), 0.5).body);
  EXPECT_EQ(body.at("user_id"), "u");
  EXPECT_EQ(body.at("count"), 2);
  EXPECT_EQ(body.at("recommendations").at(1).at("item_id"), "bare");
  EXPECT_EQ(body.at("recommendations").at(1).at("rank"), 2);
  EXPECT_EQ(body.at("recommendations").at(0).at("title"), "A \"quoted\"\nname");
  EXPECT_EQ(body.at("model_id"), "als_20261101_v1");
  EXPECT_EQ(body.at("latency_ms"), 0.5);
  EXPECT_TRUE(json::parse(render_v1({.form = surface::v1}, two_items(), 0).body).at("user_id").is_null());
}

TEST(v1_answer, gives_reasons_where_they_were_asked_for) {
  recommendation answer = two_items();
  const auto bought = answer.items[0].view;
  answer.reasons = {{{bought, .5F}, {answer.items[1].view, -.25F}}, {}};
  const auto body = json::parse(render_v1({.form = surface::v1, .user_id = "u"}, answer, 0).body);
  EXPECT_EQ(body.at("recommendations").at(0).at("because"), json::parse(R"([
    {"item_id": "item789", "title": "A \"quoted\"\nname", "contribution": 0.5},
    {"item_id": "bare", "title": null, "contribution": -0.25}])"));
  EXPECT_TRUE(body.at("recommendations").at(1).at("because").as_array().empty());
}

TEST(because_answer, names_the_user_the_item_and_the_reasons) {
  const because_answer answer{.user_id = "u", .item_id = "i", .model_id = "m", .score = .5F};
  EXPECT_EQ(json::parse(render_because(answer).body),
            json::parse(R"({"user_id": "u", "item_id": "i", "model_id": "m", "score": 0.5, "because": []})"));
  EXPECT_TRUE(json::parse(render_because({.user_id = "u", .item_id = "i"}).body).at("score").is_null());
}

TEST(v1_answer, returns_the_metadata_that_is_asked_for) {
  item known{.item_id = "a"};
  known.title = "T";
  known.description = "D";
  known.price = 2.5;
  known.avg_star = 4;
  known.attributes = {{"size", "L"}, {"weight", 1.5}, {"in stock", true}, {"a\"b", "q"}};
  recommendation answer;
  answer.items = {{std::make_shared<const item_view>(known), .5F}};
  recommend_query query{.form = surface::v1, .user_id = "u"};
  const auto shown = [&] { return json::parse(render_v1(query, answer, 0).body).at("recommendations").at(0); };
  query.fields = {"title", "description", "price",    "avg_star", "num_sold_time", "brand",
                  "size",  "weight",      "in stock", "a\"b",     "colour"};
  EXPECT_EQ(shown(), json::parse(R"({"item_id": "a", "score": 0.5, "rank": 1, "title": "T", "description": "D",
    "price": 2.5, "avg_star": 4, "num_sold_time": null, "brand": null, "size": "L", "weight": 1.5, "in stock": true,
    "a\"b": "q", "colour": null})"));
  query.fields = std::vector<std::string>{};
  EXPECT_EQ(shown(), json::parse(R"({"item_id": "a", "score": 0.5, "rank": 1})"));
  EXPECT_FALSE(json::parse(render_v1(query, answer, 0).body).as_object().contains("unranked"));
}

TEST(v1_answer, of_a_candidate_list_names_those_that_have_no_rank) {
  recommendation answer = two_items();
  answer.unranked = {"gone", "\"odd\""};
  const recommend_query query{.form = surface::v1, .user_id = "u", .ranks_candidates = true};
  EXPECT_EQ(json::parse(render_v1(query, answer, 0).body).at("unranked"), json::parse(R"(["gone", "\"odd\""])"));
  EXPECT_EQ(json::parse(render_v1(query, {}, 0).body).at("unranked"), json::parse("[]"));
}

TEST(v1_similar_answer, holds_items_and_the_item_asked_for) {
  const auto body =
      json::parse(render_v1_similar({.form = surface::v1, .item_id = "7", .fields = {{"price"}}}, two_items(), 2).body);
  EXPECT_EQ(body.at("item_id"), "7");
  EXPECT_EQ(body.at("similar_items").at(0),
            json::parse(R"({"item_id":"item789","score":0.85,"rank":1,"price":99.99})"));
  EXPECT_EQ(body.at("count"), 2);
  EXPECT_EQ(body.at("model_id"), "als_20261101_v1");
  EXPECT_EQ(body.at("latency_ms"), 2);
}

TEST(kept_answer, takes_the_latency_of_the_request_it_answers_now) {
  const recommend_query query{.form = surface::v1, .user_id = R"("latency_ms":7})"};
  const auto renewed = [](const response& kept) { return with_latency(kept.body, 12.34567).body; };
  EXPECT_EQ(renewed(render_v1(query, two_items(), .5)), render_v1(query, two_items(), 12.34567).body);
  EXPECT_EQ(renewed(render_guide(query, two_items(), .5)), render_guide(query, two_items(), 12.34567).body);
  const similar_query similar{.item_id = "i"};
  EXPECT_EQ(renewed(render_v1_similar(similar, {}, 0)), render_v1_similar(similar, {}, 12.34567).body);
  EXPECT_EQ(renewed(render_guide_similar(similar, {}, 0)), render_guide_similar(similar, {}, 12.34567).body);
  EXPECT_EQ(renewed(render_guide_batch({}, 0)), render_guide_batch({}, 12.34567).body);
}

}  // namespace
}  // namespace freshet::http
