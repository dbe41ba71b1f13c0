#include <gtest/gtest.h>

#include "core/filters/expression.hpp"
#include "tests/support/parsed_request.hpp"

namespace freshet::http {
namespace {

using namespace freshet::testing;

TEST(guide_recommend, reads_the_documented_example) {
  const auto query = accepted(parse_guide_recommend(posted(R"({"user_id": 12345, "topk": 10})")));
  EXPECT_EQ(query.form, surface::guide);
  EXPECT_EQ(query.user_id, "12345");
  EXPECT_TRUE(query.user_id_is_number);
  EXPECT_EQ(query.k, 10U);
  EXPECT_TRUE(query.exclude_seen);
}

TEST(guide_recommend, reads_what_pydantic_would_read) {
  const auto query = accepted(parse_guide_recommend(
      posted(R"({"user_id":"u","topk":"100","exclude_seen":"off","filter_params":{},"rerank":false,
                 "rerank_weights":null,"extra":1})",
             "Application/JSON; charset=utf-8")));
  EXPECT_EQ(query.user_id, "u");
  EXPECT_FALSE(query.user_id_is_number);
  EXPECT_EQ(query.k, 100U);
  EXPECT_FALSE(query.exclude_seen);
  EXPECT_EQ(accepted(parse_guide_recommend(posted(R"({"user_id":1,"topk":5.0,"exclude_seen":0})", ""))).k, 5U)
      << "a body without a content type is JSON";
}

struct refused_body {
  std::string_view body;
  std::string_view field;
  std::string_view type;
};

TEST(guide_recommend, complains_about_fields_in_the_form_of_fastapi) {
  const refused_body cases[] = {
      {"", "", "missing"},
      {"{", "", "json_invalid"},
      {R"({"user_id":1,"topk":1e999})", "", "json_invalid"},
      {"[]", "", "dict_type"},
      {"{}", "user_id", "missing"},
      {R"({"user_id":null})", "user_id", "string_type"},
      {R"({"user_id":1.5})", "user_id", "string_type"},
      {R"({"user_id":true})", "user_id", "string_type"},
      {R"({"user_id":""})", "user_id", "value_error"},
      {R"({"user_id":"a\nb"})", "user_id", "value_error"},
      {R"({"user_id":1,"topk":0})", "topk", "greater_than_equal"},
      {R"({"user_id":1,"topk":-5})", "topk", "greater_than_equal"},
      {R"({"user_id":1,"topk":101})", "topk", "less_than_equal"},
      {R"({"user_id":1,"topk":18446744073709551615})", "topk", "less_than_equal"},
      {R"({"user_id":1,"topk":1e300})", "topk", "less_than_equal"},
      {R"({"user_id":1,"topk":2.5})", "topk", "int_from_float"},
      {R"({"user_id":1,"topk":"ten"})", "topk", "int_parsing"},
      {R"({"user_id":1,"topk":[]})", "topk", "int_type"},
      {R"({"user_id":1,"topk":null})", "topk", "int_type"},
      {R"({"user_id":1,"exclude_seen":"maybe"})", "exclude_seen", "bool_parsing"},
      {R"({"user_id":1,"exclude_seen":2})", "exclude_seen", "bool_parsing"},
  };
  for (const auto& [body, field, type] : cases) {
    const auto out = parse_guide_recommend(posted(std::string(body)));
    ASSERT_TRUE(std::holds_alternative<response>(out)) << body;
    EXPECT_EQ(std::get<response>(out).status, 422U) << body;
    const auto detail = boost::json::parse(std::get<response>(out).body).at("detail").as_array();
    ASSERT_EQ(detail.size(), 1U) << body;
    const auto& loc = detail[0].at("loc").as_array();
    EXPECT_EQ(loc[0], "body");
    EXPECT_EQ(loc.size(), field.empty() ? 1U : 2U) << body;
    if (!field.empty()) {
      EXPECT_EQ(loc[1].as_string(), field) << body;
    }
    EXPECT_EQ(detail[0].at("type").as_string(), type) << body;
    EXPECT_FALSE(detail[0].at("msg").as_string().empty());
  }
}

TEST(guide_recommend, lists_every_complaint_at_once) {
  const auto out = parse_guide_recommend(posted(R"({"topk":0,"exclude_seen":[]})"));
  EXPECT_EQ(boost::json::parse(std::get<response>(out).body).at("detail").as_array().size(), 3U);
}

TEST(guide_recommend, refuses_other_content_types) {
  EXPECT_EQ(refused_by(parse_guide_recommend(posted(R"({"user_id":1})", "application/x-www-form-urlencoded"))).status,
            415U);
}

TEST(guide_recommend, reads_rerank_in_the_body_and_in_the_query_string) {
  const auto rerank = [](std::string body, std::string_view target) {
    return accepted(parse_guide_recommend(posted(std::move(body), "application/json", target))).rerank;
  };
  EXPECT_EQ(rerank(R"({"user_id":1})", "/recommend"), std::nullopt);
  EXPECT_EQ(rerank(R"({"user_id":1,"rerank":true})", "/recommend"), true);
  EXPECT_EQ(rerank(R"({"user_id":1,"rerank":"off"})", "/recommend"), false);
  EXPECT_EQ(rerank(R"({"user_id":1})", "/recommend?rerank=false"), false);
  EXPECT_EQ(rerank(R"({"user_id":1,"rerank":true})", "/recommend?rerank=false"), false) << "the rollback recipe wins";
}

TEST(guide_recommend, reads_the_weights_that_are_given) {
  const auto given = accepted(parse_guide_recommend(posted(R"({"user_id":1,"rerank_weights":{"cf":0.6,"quality":0}})")))
                         .rerank_weights;
  EXPECT_EQ(given.cf, .6F);
  EXPECT_EQ(given.content, std::nullopt);
  EXPECT_EQ(given.quality, 0);
}

TEST(guide_recommend, refuses_a_rerank_that_it_cannot_read) {
  const refused_query cases[] = {
      {R"({"user_id":1,"rerank":"perhaps"})", 422, R"(["body","rerank"])"},
      {R"({"user_id":1,"rerank_weights":[]})", 422, "dict_type"},
      {R"({"user_id":1,"rerank_weights":{"cf":"x"}})", 422, R"(["body","rerank_weights","cf"])"},
      {R"({"user_id":1,"rerank_weights":{"cf":1.5}})", 422, "less than or equal to 1"},
      {R"({"user_id":1,"rerank_weights":{"cf":-1}})", 422, "greater than or equal to 0"},
      {R"({"user_id":1,"rerank_weights":{"cb":1}})", 422, "extra_forbidden"},
  };
  for (const auto& [body, status, detail] : cases) {
    const refused why = refused_by(parse_guide_recommend(posted(std::string(body))));
    EXPECT_EQ(why.status, status) << body;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << body << " -> " << why.detail;
  }
  EXPECT_EQ(
      refused_by(parse_guide_recommend(posted(R"({"user_id":1})", "application/json", "/recommend?rerank=7"))).status,
      422U);
}

std::string filter_of(std::string params) {
  const auto query = accepted(parse_guide_recommend(posted(R"({"user_id":1,"filter_params":)" + params + "}")));
  EXPECT_TRUE(query.conditions.filter.empty() || filters::parse_expression(query.conditions.filter).ok())
      << query.conditions.filter;
  return query.conditions.filter;
}

TEST(guide_filter_params, become_one_filter) {
  EXPECT_EQ(filter_of(R"({"brand":["a","b"],"category":"c","price_min":5,"price_max":9.5,"min_rating":4})"),
            R"(brand in ("a","b") and category = "c" and price >= 5 and price <= 9.5 and avg_star >= 4)");
  EXPECT_EQ(filter_of(R"({"colour":"red","in stock":true,"size":[38,"L"]})"),
            R"(colour = "red" and `in stock` = true and size in (38,"L"))");
  EXPECT_EQ(filter_of(R"({"product_id":[7,"x"],"product_name":"Lamp","item_id":8})"),
            R"(item_id in ("7","x") and title = "Lamp" and item_id = "8")")
      << "the names of the answer; an id is text";
  EXPECT_EQ(filter_of(R"({"not":"a","a`\\b":"\"\\"})"), R"(`not` = "a" and `a\`\\b` = "\"\\")");
}

TEST(guide_filter_params, that_ask_for_nothing_are_none) {
  EXPECT_EQ(filter_of(R"({"brand":[],"category":null,"price_min":null})"), "");
  EXPECT_EQ(filter_of("{}"), "");
  EXPECT_EQ(filter_of("null"), "");
}

TEST(guide_filter_params, are_refused_where_they_are_no_condition) {
  const refused_query cases[] = {
      {R"(["brand"])", 422, "dict_type"},
      {R"({"price_min":"cheap"})", 422, R"(["body","filter_params","price_min"])"},
      {R"({"brand":{"in":["a"]}})", 422, "value_error"},
      {R"({"brand":["a",["b"]]})", 422, "value_error"},
      {R"({"brand":["a",null]})", 422, "value_error"},
      {R"({"product_id":1.5})", 422, "value_error"},
      {R"({"":1})", 422, "extra_forbidden"},
  };
  for (const auto& [params, status, detail] : cases) {
    const auto why =
        refused_by(parse_guide_recommend(posted(R"({"user_id":1,"filter_params":)" + std::string(params) + "}")));
    EXPECT_EQ(why.status, status) << params;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << params << " -> " << why.detail;
  }
}

TEST(guide_batch, is_a_query_for_each_user_once) {
  const auto batch = accepted(parse_guide_batch(posted(
      R"({"user_ids":[3,"b",3,"3"],"topk":7,"exclude_seen":false,"filter_params":{"brand":"x"},"rerank":false})")));
  ASSERT_EQ(batch.users.size(), 2U);
  EXPECT_EQ(batch.users[0].user_id, "3");
  EXPECT_TRUE(batch.users[0].user_id_is_number);
  EXPECT_EQ(batch.users[1].user_id, "b");
  for (const auto& each : batch.users) {
    EXPECT_EQ(each.form, surface::guide);
    EXPECT_TRUE(each.in_batch);
    EXPECT_EQ(each.k, 7U);
    EXPECT_FALSE(each.exclude_seen);
    EXPECT_EQ(each.conditions.filter, "brand = \"x\"");
    EXPECT_EQ(each.rerank, false);
  }
}

TEST(guide_batch, complains_like_pydantic) {
  const auto of = [](std::size_t users) {
    std::string body = R"({"user_ids":[)";
    for (std::size_t i = 0; i < users; ++i) body += (i > 0 ? "," : "") + std::to_string(i);
    return body + "]}";
  };
  const std::pair<std::string, std::string_view> cases[] = {
      {"{}", "missing"},
      {R"({"user_ids":7})", "list_type"},
      {R"({"user_ids":[]})", "too_short"},
      {of(101), "too_long"},
      {R"({"user_ids":[1,[]]})", R"(["body","user_ids","1"])"},
      {R"({"user_ids":[""]})", "value_error"},
      {R"({"user_ids":[1],"topk":101})", "less_than_equal"},
  };
  for (const auto& [body, detail] : cases) {
    const auto why = refused_by(parse_guide_batch(posted(body)));
    EXPECT_EQ(why.status, 422U) << body;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << body << " -> " << why.detail;
  }
  EXPECT_EQ(accepted(parse_guide_batch(posted(of(100)))).users.size(), 100U);
}

TEST(guide_similar, reads_its_members) {
  const auto query = accepted(parse_guide_similar(posted(R"({"product_id":42,"topk":50,"use_cf":false})")));
  EXPECT_EQ(query.form, surface::guide);
  EXPECT_EQ(query.item_id, "42");
  EXPECT_TRUE(query.item_id_is_number);
  EXPECT_EQ(query.k, 50U);
  EXPECT_FALSE(query.use_cf);
  const auto plain = accepted(parse_guide_similar(posted(R"({"product_id":"p"})")));
  EXPECT_FALSE(plain.item_id_is_number);
  EXPECT_EQ(plain.k, 10U);
  EXPECT_TRUE(plain.use_cf);
  EXPECT_NE(refused_by(parse_guide_similar(posted(R"({"product_id":"p","topk":51})"))).detail.find("equal to 50"),
            std::string::npos);
  EXPECT_EQ(refused_by(parse_guide_similar(posted("{}"))).status, 422U);
  EXPECT_EQ(refused_by(parse_guide_similar(posted(R"({"product_id":"p","use_cf":"maybe"})"))).status, 422U);
}

}  // namespace
}  // namespace freshet::http
