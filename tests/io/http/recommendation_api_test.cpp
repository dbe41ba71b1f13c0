#include "io/http/recommendation_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/base/random.hpp"
#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

using freshet::testing::make_request;

constexpr std::size_t k_max = 50;

/// Status and sentence of a refused request.
struct refused {
  unsigned status = 0;
  std::string detail;
};

template <class Query>
refused refused_by(const parsed<Query>& out) {
  if (!std::holds_alternative<response>(out)) return {};
  const auto& answer = std::get<response>(out);
  const auto body = boost::json::parse(answer.body).as_object();
  const auto& detail = body.at("detail");
  return {answer.status, detail.is_string() ? std::string(detail.as_string()) : boost::json::serialize(detail)};
}

template <class Query>
Query accepted(const parsed<Query>& out) {
  EXPECT_TRUE(std::holds_alternative<Query>(out)) << refused_by(out).detail;
  return std::holds_alternative<Query>(out) ? std::get<Query>(out) : Query{};
}

request posted(std::string body, std::string type = "application/json", std::string_view target = "/recommend") {
  request in = make_request(method::post, target, std::move(body));
  if (!type.empty()) in.headers.emplace_back("content-type", std::move(type));
  return in;
}

// --- lite -----------------------------------------------------------------------------------------------------------

parsed<recommend_query> lite(std::string_view query) {
  return parse_lite_recommend(make_request(method::get, "/recommend?" + std::string(query)), k_max);
}

TEST(lite_recommend, needs_only_a_user) {
  const auto query = accepted(lite("user_id=user123"));
  EXPECT_EQ(query.form, surface::lite);
  EXPECT_EQ(query.user_id, "user123");
  EXPECT_EQ(query.k, 10U);
  EXPECT_TRUE(query.exclude_seen);
}

TEST(lite_recommend, reads_its_parameters) {
  const auto query = accepted(lite("user_id=a%20b%2Fc&k=50&exclude_seen=False&use_faiss=1&use_cache=no&_=17"));
  EXPECT_EQ(query.user_id, "a b/c");
  EXPECT_EQ(query.k, 50U);
  EXPECT_FALSE(query.exclude_seen);
}

TEST(lite_recommend, takes_a_smaller_limit_as_its_default) {
  EXPECT_EQ(accepted(parse_lite_recommend(make_request(method::get, "/recommend?user_id=u"), 5)).k, 5U);
}

struct refused_query {
  std::string_view query;
  unsigned status;
  std::string_view detail;
};

TEST(lite_recommend, refuses_with_the_status_of_the_document) {
  const refused_query cases[] = {
      {"", 422, "query parameter \"user_id\" is required"},
      {"user_id=", 400, "user_id: is empty; give 1 to 256 bytes"},
      {"user_id=a%00b", 400, "holds a control character"},
      {"user_id=%ff", 400, "is not UTF-8"},
      {"user_id=u&user_id=v", 400, "user_id is given more than once"},
      {"user_id=u&k=ten", 422, "k: \"ten\" is not an integer"},
      {"user_id=u&k=", 422, "k: \"\" is not an integer"},
      {"user_id=u&k=1.5", 422, "k: \"1.5\" is not an integer"},
      {"user_id=u&k=0", 400, "k: \"0\" is out of range; give 1 to 50"},
      {"user_id=u&k=51", 400, "give 1 to 50"},
      {"user_id=u&k=-1", 400, "out of range"},
      {"user_id=u&k=99999999999999999999", 400, "out of range"},
      {"user_id=u&exclude_seen=maybe", 422, "exclude_seen: \"maybe\" is neither true nor false"},
      {"user_id=u&use_faiss=perhaps", 422, "use_faiss"},
      {"user_id=u&use_cache=2", 422, "use_cache"},
      {"user_id=u&rerank=perhaps", 422, "rerank"},
      {"user_id=u&rerank_strategy=random", 422, "rerank_strategy: \"random\" is none of"},
      {"user_id=u&novelty_weight=much", 422, "novelty_weight: \"much\" is not a number"},
      {"user_id=u&novelty_weight=1.1", 400, "novelty_weight: \"1.1\" is out of range; give 0 to 1"},
      {"user_id=u&novelty_weight=-0.1", 400, "out of range"},
      {"user_id=u&novelty_weight=nan", 400, "out of range"},
      {"user_id=u&novelty_weight=1e99", 400, "out of range"},
  };
  for (const auto& [query, status, detail] : cases) {
    const refused why = refused_by(lite(query));
    EXPECT_EQ(why.status, status) << query;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << query << " -> " << why.detail;
  }
}

TEST(lite_recommend, refuses_documented_parameters_that_have_no_effect_yet) {
  for (const auto* parameter : {"page=2", "page_size=5", "categories=a", "brands=b", "min_price=1", "max_price=2",
                                "exclude_items=i", "include_items=i", "cache_ttl=60", "invalidate_cache=true"}) {
    const refused why = refused_by(lite("user_id=u&" + std::string(parameter)));
    EXPECT_EQ(why.status, 400U) << parameter;
    EXPECT_NE(why.detail.find("is not supported by this version"), std::string::npos) << parameter;
  }
  EXPECT_EQ(refused_by(lite("user_id=u&categories=Kitchen")).detail,
            "parameter \"categories\" is not supported by this version; leave it out");
  accepted(lite("user_id=u&rerank=false&invalidate_cache=0"));
}

TEST(lite_recommend, reads_a_strategy_and_its_weights) {
  EXPECT_FALSE(accepted(lite("user_id=u&rerank_strategy=novelty&novelty_weight=1")).strategy) << "rerank is false";
  EXPECT_EQ(accepted(lite("user_id=u&rerank=true")).strategy, strategy_request{});
  EXPECT_EQ(accepted(lite("user_id=u&rerank=1&rerank_strategy=novelty&diversity_weight=0&novelty_weight=1"
                          "&popularity_weight=.5&relevance_weight=0.25"))
                .strategy,
            (strategy_request{rerank_strategy::novelty, {.25F, 0, 1, .5F}}));
  const auto similar = accepted(parse_lite_similar(
      make_request(method::get, "/similar-items?item_id=i&rerank=true&rerank_strategy=popularity"), k_max));
  EXPECT_EQ(similar.strategy->strategy, rerank_strategy::popularity);
}

TEST(lite_similar, reads_an_item_and_refuses_like_recommend) {
  const auto similar = [](std::string_view query) {
    return parse_lite_similar(make_request(method::get, "/similar-items?" + std::string(query)), k_max);
  };
  EXPECT_EQ(accepted(similar("item_id=item456&k=5")).item_id, "item456");
  EXPECT_EQ(accepted(similar("item_id=item456&k=5")).k, 5U);
  EXPECT_EQ(refused_by(similar("k=5")).status, 422U);
  EXPECT_EQ(refused_by(similar("item_id=i&k=0")).status, 400U);
  EXPECT_EQ(refused_by(similar("item_id=i&categories=c")).status, 400U);
}

// --- guide ----------------------------------------------------------------------------------------------------------

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

TEST(guide_recommend, refuses_what_has_no_effect_yet_and_other_content_types) {
  EXPECT_EQ(refused_by(parse_guide_recommend(posted(R"({"user_id":1,"filter_params":{"brand":"x"}})"))).status, 400U);
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

// --- v1 -------------------------------------------------------------------------------------------------------------

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
      {R"({"user_id":"u","filter":"price < 20"})", 400, "parameter \"filter\" is not supported by this version"},
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

TEST(requests, are_parsed_or_refused_whatever_their_bytes) {
  constexpr std::uint64_t seed = 11;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const std::string valid =
      R"({"user_id":"u\u00e9","topk":10,"k":3,"exclude_seen":true,"history":[{"item_id":"a","weight":2.5,"ts":1700000000}]})";
  for (int round = 0; round < 5'000; ++round) {
    std::string body = valid;
    for (std::size_t times = 1 + random.below(4); times > 0; --times) {
      const std::size_t at = random.below(body.size());
      switch (random.below(3)) {
        case 0:
          body[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          body.insert(at, 1, "{}[]\",:0e-"[random.below(10)]);
          break;
        default:
          body.erase(at, 1 + random.below(8));
          break;
      }
    }
    for (const auto& out : {parse_guide_recommend(posted(body)), parse_v1_recommend(posted(body))}) {
      if (const auto* answer = std::get_if<response>(&out)) {
        ASSERT_TRUE(answer->status == 400 || answer->status == 422) << body;
        ASSERT_NO_THROW(boost::json::parse(answer->body)) << body;
      }
    }
  }
}

}  // namespace
}  // namespace freshet::http
