// POST /v1/recommend and /v1/rank: every member with its effect.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

namespace json = boost::json;

service_process::answer ask(const std::string& members, const std::string& route = "/v1/recommend") {
  return shop_of_texts().service().post(route, "{" + members + "}");
}
id_list ask_ids(const std::string& members) {
  return ids_of(ask(members));
}
id_list first(const id_list& ids, std::size_t k, std::size_t offset = 0) {
  const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(std::min(offset, ids.size()));
  return {begin, ids.begin() + static_cast<std::ptrdiff_t>(std::min(offset + k, ids.size()))};
}
std::string quoted(const id_list& ids) {
  return json::serialize(json::value_from(ids));
}

TEST(v1_recommend, answers_with_its_body) {
  const auto answer = ask(R"("user_id": "u1")");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  expect_shape(answer.body, R"({"user_id": "string", "recommendations": [{"item_id": "string", "score": "number",
      "rank": "integer", "title": "string", "category": "string", "brand": "string", "price": "number",
      "img_url": "null", "image_url": "null"}],
    "count": "integer", "is_fallback": "boolean", "fallback_method": "null", "model_id": "string",
    "latency_ms": "number"})");
  EXPECT_EQ(answer.body.at("count"), 10);
}

TEST(v1_recommend, answers_a_stranger_with_a_fallback) {
  const auto answer = ask(R"("user_id": "nobody", "k": 5)");
  ASSERT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.body.at("is_fallback").as_bool());
  EXPECT_EQ(ids_of(answer).size(), 5U);
}

TEST(v1_recommend, takes_an_anonymous_history_or_one_on_top_of_a_user) {
  const auto basket =
      ask(R"("history": [{"item_id": "i3"}, {"item_id": "i5", "weight": 3, "ts": 1735689600}], "k": 80)");
  EXPECT_TRUE(basket.body.at("user_id").is_null());
  EXPECT_FALSE(basket.body.at("is_fallback").as_bool());
  for (const auto& id : ids_of(basket)) EXPECT_TRUE(id != "i3" && id != "i5") << "seen";
  const auto both = ask_ids(R"("user_id": "u1", "history": [{"item_id": "i3", "weight": 50}], "k": 80)");
  EXPECT_NE(both, shop_of_texts().ranking_for("u1"));
  EXPECT_EQ(std::ranges::count(both, "i3"), 0);
  expect_problem(ask("").body, 422, "user_id or history");
}

TEST(v1_recommend, bounds_k_and_passes_over_the_offset) {
  const auto ranking = shop_of_texts().ranking_for("u1");
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "k": 7)"), first(ranking, 7));
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "k": 7, "offset": 5)"), first(ranking, 7, 5));
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "offset": 10000)"), id_list{});
  expect_problem(ask(R"("user_id": "u1", "k": 1001)").body, 400, "1 to 1000");
  expect_problem(ask(R"("user_id": "u1", "offset": -1)").body, 400, "offset");
}

TEST(v1_recommend, filters_inside_the_ranking_by_an_expression) {
  const auto& shop = shop_of_texts();
  const auto ranking = shop_of_texts().ranking_for("u4");
  const auto& one = shop.item("i1");
  const std::pair<std::string, std::function<bool(const shop_item&)>> cases[] = {
      {"price < 20", [](const auto& i) { return i.price < 20; }},
      {"category in ('" + one.category + "', 'none') and price < 50 and not brand = '" + one.brand + "'",
       [&](const auto& i) { return i.category == one.category && i.price < 50 && i.brand != one.brand; }},
      {"colour = 'red' or avg_star >= 4.5", [](const auto& i) { return i.colour == "red" || i.avg_star >= 4.5; }},
      {"not (colour = 'red' or colour in ('green','blue'))",
       [](const auto& i) { return i.colour != "red" && i.colour != "green" && i.colour != "blue"; }},
      {"title is null", [](const auto&) { return false; }},
      {"item_id in ('i1','i2','i3')", [](const auto& i) { return i.id == "i1" || i.id == "i2" || i.id == "i3"; }},
  };
  for (const auto& [filter, pass] : cases) {
    const auto by_id = [&](const std::string& id) { return pass(shop.item(id)); };
    EXPECT_EQ(ask_ids(R"("user_id": "u4", "k": 8, "filter": ")" + filter + "\""), first_of(ranking, 8, by_id))
        << filter;
  }
}

TEST(v1_recommend, says_where_a_filter_is_wrong) {
  expect_problem(ask(R"("user_id": "u1", "filter": "price < ")").body, 400, "position");
  expect_problem(ask(R"("user_id": "u1", "filter": "pryce < 20")").body, 400, "pryce");
  expect_problem(ask(R"("user_id": "u1", "filter": "price < 'cheap'")").body, 400, "position");
  expect_problem(ask(R"("user_id": "u1", "boost": [{"filter": "price <", "factor": 2}])").body, 400, "position");
}

TEST(v1_recommend, boosts_the_scores_of_what_a_filter_holds_of) {
  std::map<std::string, double> score;
  const auto plain = ask(R"("user_id": "u5", "k": 1000)");
  for (const auto& each : plain.body.at("recommendations").as_array()) {
    score[std::string(each.at("item_id").as_string())] = each.at("score").to_number<double>();
  }
  const auto answer = ask(R"("user_id": "u5", "k": 10, "boost": [{"filter": "colour = 'red'", "factor": 3},
                                                               {"filter": "price < 20", "factor": 0.5}])");
  std::vector<std::pair<double, std::string>> expected;
  for (auto& [id, value] : score) {
    const auto& known = shop_of_texts().item(id);
    const auto boost = [&](double factor) { value = value >= 0 ? value * factor : value / factor; };
    if (known.colour == "red") boost(3);
    if (known.price < 20) boost(.5);
    expected.emplace_back(-value, id);
  }
  std::ranges::sort(expected);
  std::size_t at = 0;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    EXPECT_NEAR(each.at("score").to_number<double>(), -expected[at].first, 1e-5) << at;
    EXPECT_EQ(each.at("item_id").as_string(), expected[at].second);
    ++at;
  }
  EXPECT_EQ(at, 10U);
}

TEST(v1_recommend, excludes_and_includes_items) {
  const auto ranking = shop_of_texts().ranking_for("u1");
  const std::set<std::string> some{ranking[0], ranking[2], ranking[8]};
  const auto list = quoted({some.begin(), some.end()});
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "k": 5, "exclude_items": )" + list),
            first_of(ranking, 5, [&](const auto& id) { return !some.contains(id); }));
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "k": 5, "include_items": )" + list),
            first_of(ranking, 5, [&](const auto& id) { return some.contains(id); }));
  const auto seen = shop_of_texts().seen_by("u1").front();
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "include_items": [")" + seen + "\"]"), id_list{}) << "seen all the same";
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "exclude_seen": false, "include_items": [")" + seen + "\"]"), id_list{seen});
}

TEST(v1_recommend, returns_the_fields_asked_for) {
  const auto answer =
      ask(R"("user_id": "u1", "k": 3, "fields": ["title", "colour", "avg_star", "description", "nothing"])");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  for (const auto& each : answer.body.at("recommendations").as_array()) {
    expect_shape(each, R"({"item_id": "string", "score": "number", "rank": "integer", "title": "string",
                           "colour": "string", "avg_star": "number", "description": "string", "nothing": "null"})");
    EXPECT_FALSE(each.as_object().contains("price"));
    EXPECT_EQ(each.at("colour").as_string(), shop_of_texts().item(std::string(each.at("item_id").as_string())).colour);
  }
  EXPECT_EQ(ask(R"("user_id": "u1", "k": 1, "fields": [])").body.at("recommendations").at(0).as_object().size(), 3U);
}

TEST(v1_recommend, varies_and_explains) {
  const auto plain = ask_ids(R"("user_id": "u1", "k": 10)");
  EXPECT_EQ(ask_ids(R"("user_id": "u1", "k": 10, "diversity": 0)"), plain);
  EXPECT_NE(ask_ids(R"("user_id": "u1", "k": 10, "diversity": 0.9)"), plain);
  const auto explained = ask(R"("user_id": "u1", "k": 3, "explain": true)");
  expect_shape(explained.body, R"({"recommendations": [{"because":
      [{"item_id": "string", "title": "string", "contribution": "number"}]}]})");
  const auto seen = shop_of_texts().seen_by("u1");
  for (const auto& reason : explained.body.at("recommendations").at(0).at("because").as_array()) {
    EXPECT_NE(std::ranges::find(seen, std::string(reason.at("item_id").as_string())), seen.end());
  }
  EXPECT_FALSE(ask(R"("user_id": "u1", "k": 3)").body.at("recommendations").at(0).as_object().contains("because"));
}

TEST(v1_recommend, refuses_what_it_does_not_know) {
  expect_problem(ask(R"("user_id": "u1", "topk": 5)").body, 400, "topk");
  expect_problem(ask(R"("user_id": "u1", "fliter": "price < 5")").body, 400, "did you mean \"filter\"");
}

TEST(v1_recommend, answers_with_the_model_that_is_named) {
  const std::string model(ask(R"("user_id": "u1")").body.at("model_id").as_string());
  EXPECT_EQ(ask(R"("user_id": "u1", "model": ")" + model + "\"").body.at("model_id").as_string(), model);
  const auto other = ask(R"("user_id": "u1", "model": "als_19990101_v1")");
  EXPECT_EQ(other.status, 404U) << other.raw.body;
  EXPECT_NE(other.body.at("detail").as_string().find("als_19990101_v1"), json::string_view::npos);
}

TEST(v1_recommend, answers_as_of_a_time) {
  auto& service = shop_of_texts().service();
  const auto post = [&](const std::string& item, int ts) {
    const auto body = R"({"user_id":"time_traveller","item_id":")" + item + R"(","ts":)" + std::to_string(ts) + "}";
    ASSERT_EQ(service.post("/v1/events?wait=visible", body).status, 202U);
  };
  post("i3", 1'740'000'000);
  const auto then = ask_ids(R"("user_id": "time_traveller", "k": 80)");
  post("i5", 1'740'000'100);
  const auto now = ask_ids(R"("user_id": "time_traveller", "k": 80)");
  ASSERT_NE(then, now);
  EXPECT_EQ(ask_ids(R"("user_id": "time_traveller", "k": 80, "as_of": 1740000000)"), then);
  EXPECT_EQ(ask_ids(R"("user_id": "time_traveller", "k": 80, "as_of": "2025-02-19T21:21:39Z")"), then);
  EXPECT_EQ(ask_ids(R"("user_id": "time_traveller", "k": 80, "as_of": 1740000100)"), now);
  EXPECT_TRUE(ask(R"("user_id": "time_traveller", "as_of": 1700000000)").body.at("is_fallback").as_bool());
}

TEST(v1_rank, puts_given_candidates_in_order) {
  const auto ranking = shop_of_texts().ranking_for("u1", false);
  ASSERT_GT(ranking.size(), 70U);
  const id_list some{ranking[40], ranking[3], ranking[70], ranking[12]};
  const auto answer =
      ask(R"("user_id": "u1", "fields": ["price"], "items": )" + quoted({some[0], some[1], "gone", some[2], some[3]}),
          "/v1/rank");
  ASSERT_EQ(answer.status, 200U) << answer.raw.body;
  EXPECT_EQ(ids_of(answer), (id_list{some[1], some[3], some[0], some[2]}));
  EXPECT_EQ(answer.body.at("unranked"), json::parse(R"(["gone"])"));
  expect_shape(answer.body, R"({"recommendations": [{"item_id": "string", "score": "number", "rank": "integer",
                                                     "price": "number"}], "count": "integer"})");
}

TEST(v1_rank, leaves_out_what_is_filtered_or_seen_where_asked) {
  const auto seen = shop_of_texts().seen_by("u1").front();
  const auto unseen = shop_of_texts().ranking_for("u1").front();
  const auto items = R"("user_id": "u1", "items": )" + quoted({seen, unseen});
  EXPECT_EQ(ids_of(ask(items, "/v1/rank")).size(), 2U);
  const auto without = ask(items + R"(, "exclude_seen": true)", "/v1/rank");
  EXPECT_EQ(ids_of(without), id_list{unseen});
  EXPECT_EQ(without.body.at("unranked"), json::value_from(id_list{seen}));
  EXPECT_EQ(ids_of(ask(items + R"(, "filter": "item_id = ')" + seen + "'\"", "/v1/rank")), id_list{seen});
  EXPECT_FALSE(ids_of(ask(R"("history": [{"item_id": "i3"}], "items": ["i4"])", "/v1/rank")).empty());
  expect_problem(ask(R"("user_id": "u1")", "/v1/rank").body, 422, "items");
}

}  // namespace
}  // namespace freshet::testing
