#include <gtest/gtest.h>

#include "tests/support/parsed_request.hpp"

namespace freshet::http {
namespace {

using namespace freshet::testing;

TEST(v1_recommend, reads_a_user_a_history_or_both) {
  const auto query = accepted(parse_v1_recommend(
      posted(R"({"user_id":"u","k":1000,"exclude_seen":false,"history":[{"item_id":"a","weight":2.5,"ts":1700000000000},
                 {"item_id":7,"ts":"2023-11-14T22:13:20Z"},{"item_id":"c"}]})")));
  EXPECT_EQ(query.form, surface::v1);
  EXPECT_EQ(query.user_id, "u");
  EXPECT_EQ(query.k, 1000U);
  EXPECT_FALSE(query.exclude_seen);
  const std::vector<history_entry> expected{{"a", 2.5F, 1700000000}, {"7", 1, 1700000000}, {"c", 1, 0}};
  EXPECT_EQ(query.history, expected);
  EXPECT_TRUE(accepted(parse_v1_recommend(posted(R"({"history":[{"item_id":"a"}]})"))).user_id.empty());
}

TEST(v1_recommend, refuses_with_field_value_and_remedy) {
  const refused_query cases[] = {
      {"", 400, "the body is empty"},
      {"{", 400, "the body is not JSON"},
      {"7", 400, "7 is not an object"},
      {R"({"history":[{"item_id":"a","weight":1e999}]})", 400, "too large"},
      {"{}", 422, "user_id or history is required"},
      {R"({"history":[]})", 422, "user_id or history is required"},
      {R"({"userid":"u"})", 400, R"("userid" is unknown; did you mean "user_id"?)"},
      {R"({"user_id":"u","K":5})", 400, "\"K\" is unknown"},
      {R"({"user_id":"u","filter":["price < 20"]})", 422, "filter: an array is not a string"},
      {R"({"user_id":"u","model":7})", 422, "model: 7 is not a string"},
      {R"({"user_id":"u","offset":-1})", 400, "offset: -1 is out of range; give 0 to 10000"},
      {R"({"user_id":"u","offset":10001})", 400, "give 0 to 10000"},
      {R"({"user_id":"u","as_of":"soon"})", 422, "as_of: \"soon\" is not a time"},
      {R"({"user_id":"u","as_of":5})", 400, "as_of: 5 lies before 1990"},
      {R"({"user_id":"u","exclude_items":"a"})", 422, "exclude_items: \"a\" is not a list"},
      {R"({"user_id":"u","exclude_items":["a",{}]})", 422, "exclude_items[1]: an object is neither"},
      {R"({"user_id":"u","include_items":[""]})", 400, "include_items[0]: is empty"},
      {R"({"user_id":"u","fields":"title"})", 422, "fields: \"title\" is not a list"},
      {R"({"user_id":"u","fields":[1]})", 422, "fields: 1 is not a string"},
      {R"({"user_id":"u","fields":[""]})", 400, "fields: \"\" is no name"},
      {R"({"user_id":"u","boost":{}})", 422, "boost: an object is not a list"},
      {R"({"user_id":"u","boost":[{"factor":2}]})", 422, "boost[0].filter is required"},
      {R"({"user_id":"u","boost":[{"filter":"a = 1"}]})", 422, "boost[0].factor is required"},
      {R"({"user_id":"u","boost":[{"filter":"a = 1","factor":0}]})", 400, "give more than 0, at most 1000"},
      {R"({"user_id":"u","boost":[{"filter":"a = 1","factor":1e-300}]})", 400, "out of range"},
      {R"({"user_id":"u","boost":[{"filter":"a = 1","factor":1001}]})", 400, "out of range"},
      {R"({"user_id":"u","boost":[{"filter":"a = 1","faktor":2}]})", 400, R"(did you mean "factor"?)"},
      {R"({"user_id":"u","boost":[{},{},{},{},{}]})", 400, "boost has 5 entries; give at most 4"},
      {R"({"user_id":"u","explain":1})", 422, "explain: 1 is neither true nor false"},
      {R"({"user_id":"u","diversity":"high"})", 422, "diversity: \"high\" is not a number"},
      {R"({"user_id":"u","diversity":1.5})", 400, "out of range; give 0 to 1"},
      {R"({"user_id":"u","diversity":-0.5})", 400, "out of range"},
      {R"({"user_id":{}})", 422, "user_id: an object is neither"},
      {R"({"user_id":""})", 400, "user_id: is empty"},
      {R"({"user_id":"u","k":"5"})", 422, "k: \"5\" is not an integer"},
      {R"({"user_id":"u","k":0})", 400, "k: 0 is out of range; give 1 to 1000"},
      {R"({"user_id":"u","k":1001})", 400, "give 1 to 1000"},
      {R"({"user_id":"u","exclude_seen":1})", 422, "exclude_seen: 1 is neither"},
      {R"({"history":{}})", 422, "history: an object is not a list"},
      {R"({"history":["a"]})", 422, "history[0]: \"a\" is not an object"},
      {R"({"history":[{"item_id":"a"},{"item":"b"}]})", 400, R"("item" is unknown; did you mean "item_id"?)"},
      {R"({"history":[{"weight":1}]})", 422, "history[0].item_id is required"},
      {R"({"history":[{"item_id":[]}]})", 422, "history[0].item_id: an array"},
      {R"({"history":[{"item_id":""}]})", 400, "history[0].item_id: is empty"},
      {R"({"history":[{"item_id":"a","weight":0}]})", 400, "history[0].weight: 0 is out of range"},
      {R"({"history":[{"item_id":"a","weight":1e300}]})", 400, "out of range"},
      {R"({"history":[{"item_id":"a","weight":"x"}]})", 422, "history[0].weight: \"x\" is not a number"},
      {R"({"history":[{"item_id":"a","ts":"soon"}]})", 422, "history[0].ts: \"soon\" is not a time"},
      {R"({"history":[{"item_id":"a","ts":-1}]})", 400, "history[0].ts: -1 lies before 1990"},
  };
  for (const auto& [body, status, detail] : cases) {
    const refused why = refused_by(parse_v1_recommend(posted(std::string(body))));
    EXPECT_EQ(why.status, status) << body << " -> " << why.detail;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << body << " -> " << why.detail;
  }
  EXPECT_EQ(refused_by(parse_v1_recommend(posted("{}", "text/plain"))).status, 415U);
}

TEST(v1_recommend, accepts_members_that_ask_for_nothing) {
  accepted(parse_v1_recommend(posted(
      R"({"user_id":"u","filter":null,"boost":[],"diversity":0,"explain":false,"offset":0,"model":"","k":null,"history":null})")));
}

TEST(v1_recommend, reads_diversity_and_explain) {
  const auto query = accepted(parse_v1_recommend(posted(R"({"user_id":"u","diversity":0.25,"explain":true})")));
  EXPECT_EQ(query.diversity, .25F);
  EXPECT_TRUE(query.explain);
  EXPECT_EQ(accepted(parse_v1_recommend(posted(R"({"user_id":"u","diversity":1})"))).diversity, 1);
}

TEST(v1_recommend, bounds_the_history) {
  const auto of = [](std::size_t entries) {
    std::string body = R"({"history":[{"item_id":"a"})";
    for (std::size_t i = 1; i < entries; ++i) body += R"(,{"item_id":"a"})";
    return posted(body + "]}");
  };
  EXPECT_EQ(accepted(parse_v1_recommend(of(1000))).history.size(), 1000U);
  EXPECT_EQ(refused_by(parse_v1_recommend(of(1001))).status, 400U);
}

TEST(v1_recommend, reads_conditions_boosts_and_what_to_return) {
  const auto query = accepted(parse_v1_recommend(posted(
      R"({"user_id":7,"filter":"price < 20 or","boost":[{"filter":"brand = \"x\"","factor":1.5}],
          "exclude_items":["a",2],"include_items":["c"],"fields":["title","size","title","score"],"model":"als_1",
          "offset":10000,"as_of":"2023-11-14T22:13:20Z"})")));
  EXPECT_TRUE(query.user_id_is_number);
  EXPECT_EQ(query.conditions.filter, "price < 20 or") << "whoever evaluates it says what is wrong, and where";
  EXPECT_EQ(query.boosts, (std::vector<score_boost>{{"brand = \"x\"", 1.5F}}));
  EXPECT_EQ(query.conditions.exclude_items, (std::vector<std::string>{"a", "2"}));
  EXPECT_EQ(query.conditions.include_items, std::vector<std::string>{"c"});
  EXPECT_EQ(query.fields, (std::vector<std::string>{"title", "size"})) << "each once; the score is there anyway";
  EXPECT_EQ(query.model, "als_1");
  EXPECT_EQ(query.offset, 10'000U);
  EXPECT_EQ(query.as_of, 1'700'000'000);
  EXPECT_FALSE(query.ranks_candidates);
  EXPECT_EQ(accepted(parse_v1_recommend(posted(R"({"user_id":"u","fields":[]})"))).fields, std::vector<std::string>{});
  EXPECT_EQ(accepted(parse_v1_recommend(posted(R"({"user_id":"u"})"))).fields, std::nullopt);
}

TEST(v1_rank, ranks_the_items_given) {
  const auto query = accepted(parse_v1_rank(posted(
      R"({"user_id":"u","items":["b","a",3],"filter":"price > 1","explain":true,"fields":["price"],"model":"m",
          "as_of":1700000000})")));
  EXPECT_EQ(query.form, surface::v1);
  EXPECT_TRUE(query.ranks_candidates);
  EXPECT_EQ(query.conditions.include_items, (std::vector<std::string>{"b", "a", "3"}));
  EXPECT_EQ(query.k, 3U);
  EXPECT_FALSE(query.exclude_seen) << "the client chose the items";
  EXPECT_TRUE(query.explain);
  EXPECT_EQ(query.as_of, 1'700'000'000);
  EXPECT_TRUE(accepted(parse_v1_rank(posted(R"({"history":[{"item_id":"x"}],"items":["a"],"exclude_seen":true})")))
                  .exclude_seen);
}

TEST(v1_rank, refuses_with_the_remedy) {
  const refused_query cases[] = {
      {R"({"user_id":"u"})", 422, "items is required"},
      {R"({"user_id":"u","items":[]})", 422, "items is required"},
      {R"({"items":["a"]})", 422, "user_id or history is required"},
      {R"({"user_id":"u","items":"a"})", 422, "items: \"a\" is not a list"},
      {R"({"user_id":"u","items":["a"],"k":5})", 400, "\"k\" is unknown"},
  };
  for (const auto& [body, status, detail] : cases) {
    const refused why = refused_by(parse_v1_rank(posted(std::string(body))));
    EXPECT_EQ(why.status, status) << body;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << body << " -> " << why.detail;
  }
  std::string body = R"({"user_id":"u","items":[0)";
  for (int i = 1; i < 1000; ++i) body += "," + std::to_string(i);
  EXPECT_EQ(accepted(parse_v1_rank(posted(body + "]}"))).k, 1000U);
  EXPECT_EQ(refused_by(parse_v1_rank(posted(body + ",1000]}"))).detail, "items has 1001 ids; give at most 1000");
}

parsed<similar_query> similar_to(std::string_view parameters) {
  return parse_v1_similar(make_request(method::get, "/v1/items/i/similar?" + std::string(parameters)), "i");
}

TEST(v1_similar, reads_its_parameters) {
  const auto query =
      accepted(similar_to("k=1000&filter=price%20%3C%205&exclude_items=a&exclude_items=b"
                          "&include_items=c&fields=title,size&fields=price"));
  EXPECT_EQ(query.form, surface::v1);
  EXPECT_EQ(query.item_id, "i");
  EXPECT_EQ(query.k, 1000U);
  EXPECT_EQ(query.conditions.filter, "price < 5");
  EXPECT_EQ(query.conditions.exclude_items, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(query.conditions.include_items, std::vector<std::string>{"c"});
  EXPECT_EQ(query.fields, (std::vector<std::string>{"title", "size", "price"}));
  EXPECT_EQ(accepted(similar_to("")).k, 10U);
  EXPECT_EQ(accepted(similar_to("")).fields, std::nullopt);
  EXPECT_EQ(accepted(similar_to("fields=")).fields, std::vector<std::string>{});
}

TEST(v1_similar, refuses_with_the_remedy) {
  const refused_query cases[] = {
      {"k=0", 400, "give 1 to 1000"},
      {"k=x", 422, "is not an integer"},
      {"topk=5", 400, "\"topk\" is unknown; did you mean \"k\"?"},
      {"filter=a&filter=b", 400, "given more than once"},
      {"exclude_items=%00", 400, "control character"},
  };
  for (const auto& [parameters, status, detail] : cases) {
    const refused why = refused_by(similar_to(parameters));
    EXPECT_EQ(why.status, status) << parameters;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << parameters << " -> " << why.detail;
  }
  EXPECT_EQ(refused_by(parse_v1_similar(make_request(method::get, "/v1/items/i/similar"), "")).status, 400U);
}

}  // namespace
}  // namespace freshet::http
