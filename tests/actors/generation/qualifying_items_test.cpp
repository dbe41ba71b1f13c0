// Nothing seen, hidden, deleted, excluded or filtered is recommended, and k items come back when k qualify: for random
// catalogues and requests, an answer is what scoring every item, dropping and sorting gives. From the bytes of a
// request to the bytes of its answer; only the actors' mailboxes are left out.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "tests/support/random_shop.hpp"

namespace freshet {
namespace {

namespace json = boost::json;
using testing::random_condition;
using testing::random_shop;

http::request posted(const json::object& body) {
  return testing::make_request(http::method::post, "/", json::serialize(body));
}

/// Items first..last - 1 of the list, with their scores, as the answer has them.
void expect_list(const json::value& answer, const char* name, const std::vector<random_shop::scored_item>& expected,
                 std::size_t first, std::size_t last) {
  ASSERT_TRUE(answer.is_object());
  const auto& list = answer.at(name).as_array();
  first = std::min(first, expected.size());
  last = std::min(last, expected.size());
  ASSERT_EQ(list.size(), last - first) << json::serialize(answer);
  for (std::size_t at = 0; at < list.size(); ++at) {
    ASSERT_EQ(list[at].at("item_id").as_string(), expected[first + at].id) << at << json::serialize(answer);
    ASSERT_EQ(list[at].at("score").to_number<float>(), expected[first + at].score) << at;
  }
}

class requests_of_all_kinds {
 public:
  requests_of_all_kinds(random_shop& shop, random_source& random) : shop_(shop), random_(random) {}

  void ask_v1() {
    json::object body{{"user_id", "u"}};
    random_shop::wanted conditions;
    const auto k = give_number(body, "k", 10, 1, 60);
    const auto offset = give_number(body, "offset", 0, 0, 30);
    give_seen(body, true, conditions);
    give_filter(body, conditions);
    give_ids(body, "exclude_items", conditions.excluded);
    give_ids(body, "include_items", conditions.included);
    if (random_.below(3) == 0) give_boosts(body, conditions);
    SCOPED_TRACE(json::serialize(body));
    twice(posted(body), http::parse_v1_recommend, [&](const json::value& answer) {
      expect_list(answer, "recommendations", shop_.ranked_for_user(conditions), offset, offset + k);
    });
  }

  void ask_v1_rank() {
    json::object body{{"user_id", "u"}};
    random_shop::wanted conditions;
    std::vector<std::string> items(1 + random_.below(12));
    for (auto& id : items) id = shop_.any_id();
    conditions.included = {items.begin(), items.end()};
    body["items"] = json::value_from(items);
    give_seen(body, false, conditions);
    give_filter(body, conditions);
    SCOPED_TRACE(json::serialize(body));
    twice(posted(body), http::parse_v1_rank, [&](const json::value& answer) {
      const auto expected = shop_.ranked_for_user(conditions);
      expect_list(answer, "recommendations", expected, 0, items.size());
      auto left = conditions.included;
      for (const auto& each : expected) left.erase(each.id);
      std::set<std::string> unranked;
      for (const auto& id : answer.at("unranked").as_array()) unranked.emplace(id.as_string());
      EXPECT_EQ(unranked, left);
    });
  }

  void ask_guide() {
    json::object body{{"user_id", "u"}, {"rerank", false}};
    random_shop::wanted conditions;
    const auto k = give_number(body, "topk", 10, 1, 100);
    give_seen(body, true, conditions);
    const double low = static_cast<double>(random_.below(6)) / 2 - 1;
    const bool by_price = random_.below(2) == 0;
    const bool by_brand = random_.below(2) == 0;
    json::object params;
    if (by_price) params["price_min"] = low;
    if (by_brand) params["brand"] = json::value_from(std::vector<std::string>{"a", "\"q\\"});
    body["filter_params"] = params;
    conditions.passes = [=](const item& each) {
      return (!by_price || (each.price && *each.price >= low)) &&
             (!by_brand || each.brand == "a" || each.brand == "\"q\\");
    };
    SCOPED_TRACE(json::serialize(body));
    twice(posted(body), http::parse_guide_recommend, [&](const json::value& answer) {
      expect_list(answer, "recommendations", shop_.ranked_for_user(conditions), 0, k);
    });
  }

  void ask_lite() {
    std::string target = "/recommend?user_id=u&use_cache=true";
    random_shop::wanted conditions;
    const auto k = 1 + random_.below(60);
    const auto number = 1 + random_.below(5);
    const auto size = 1 + random_.below(20);
    target += "&k=" + std::to_string(k) + "&page=" + std::to_string(number) + "&page_size=" + std::to_string(size);
    target += lite_conditions(conditions);
    if (random_.below(3) == 0) {
      target += "&exclude_seen=false";
      conditions.exclude_seen = false;
    }
    SCOPED_TRACE(target);
    const auto parse = [](const http::request& in) { return http::parse_lite_recommend(in, 1'000); };
    twice(testing::make_request(http::method::get, target), parse, [&](const json::value& answer) {
      const auto expected = shop_.ranked_for_user(conditions);
      const auto listed = std::min<std::size_t>(k, expected.size());
      const auto pages = (listed + size - 1) / size;
      const auto page = std::clamp<std::size_t>(number, 1, std::max<std::size_t>(pages, 1));
      expect_list(answer, "recommendations", expected, (page - 1) * size, std::min(page * size, listed));
      EXPECT_EQ(answer.at("pagination").at("total"), listed);
      EXPECT_EQ(answer.at("pagination").at("page"), page);
      random_shop::wanted none;
      none.exclude_seen = conditions.exclude_seen;
      // Excluded ids count as filtered, like the other conditions.
      EXPECT_EQ(answer.at("filter_info").at("original_count"), shop_.ranked_for_user(none).size());
      EXPECT_EQ(answer.at("filter_info").at("filtered_count"), expected.size());
    });
  }

  void ask_lite_similar() {
    const auto row = shop_.any_row();
    if (!row) return;
    random_shop::wanted conditions{.exclude_seen = false};
    std::string target = "/similar-items?k=30&item_id=" + shop_.id_of(*row) + lite_conditions(conditions);
    conditions.excluded.insert(shop_.id_of(*row));
    SCOPED_TRACE(target);
    const auto parse = [](const http::request& in) { return http::parse_lite_similar(in, 1'000); };
    twice(testing::make_request(http::method::get, target), parse, [&](const json::value& answer) {
      expect_list(answer, "recommendations",
                  shop_.ranked(shop_.served().similar_to(*row), shop_.served().similarity_scores(), conditions), 0, 30);
    });
  }

 private:
  /// The second answer may be a kept one.
  template <class Parse, class Expect>
  void twice(const http::request& in, Parse parse, Expect expect) {
    for (int time = 0; time < 2; ++time) {
      auto parsed = parse(in);
      if (const auto* refused = std::get_if<http::response>(&parsed)) FAIL() << refused->body;
      expect(shop_.answer(in, std::get<0>(std::move(parsed))));
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

  std::size_t give_number(json::object& body, const char* name, std::size_t usual, std::size_t least,
                          std::size_t span) {
    if (random_.below(4) == 0) return usual;
    const auto number = least + random_.below(span);
    body[name] = number;
    return number;
  }
  void give_seen(json::object& body, bool usual, random_shop::wanted& conditions) {
    conditions.exclude_seen = usual;
    if (random_.below(2) == 0) return;
    conditions.exclude_seen = random_.below(2) == 0;
    body["exclude_seen"] = conditions.exclude_seen;
  }
  void give_filter(json::object& body, random_shop::wanted& conditions) {
    if (random_.below(3) == 0) return;
    const auto filter = testing::random_filter(random_, 3);
    body["filter"] = filter.text;
    conditions.passes = filter.holds;
  }
  void give_ids(json::object& body, const char* name, std::set<std::string>& ids) {
    if (random_.below(2) == 0) return;
    for (auto left = 1 + random_.below(15); left > 0; --left) ids.insert(shop_.any_id());
    body[name] = json::value_from(ids);
  }
  void give_boosts(json::object& body, random_shop::wanted& conditions) {
    std::vector<std::pair<random_condition, float>> boosts;
    json::array list;
    for (auto left = 1 + random_.below(http::boosts_max); left > 0; --left) {
      boosts.emplace_back(testing::random_filter(random_, 2), std::vector<float>{.25F, .5F, 2, 4}[random_.below(4)]);
      list.push_back(json::object{{"filter", boosts.back().first.text}, {"factor", boosts.back().second}});
    }
    body["boost"] = list;
    conditions.boost = [boosts](const item& each, float score) {
      float factor = 1;
      for (const auto& [condition, times] : boosts) factor *= condition.holds(each) ? times : 1;
      return score < 0 ? score / factor : score * factor;
    };
  }
  std::string lite_conditions(random_shop::wanted& conditions) {
    std::string target;
    const bool by_category = random_.below(2) == 0;
    const bool by_price = random_.below(2) == 0;
    if (by_category) target += "&categories=a&categories=a%20b";
    if (by_price) target += "&min_price=-0.5&max_price=1.5";
    conditions.passes = [=](const item& each) {
      return (!by_category || each.category == "a" || each.category == "a b") &&
             (!by_price || (each.price && *each.price >= -.5 && *each.price <= 1.5));
    };
    for (auto left = random_.below(4); left > 0; --left) {
      const auto id = shop_.any_id();
      conditions.excluded.insert(id);
      target += "&exclude_items=" + id;
    }
    if (random_.below(3) > 0) return target;
    for (auto left = 1 + random_.below(20); left > 0; --left) {
      const auto id = shop_.any_id();
      conditions.included.insert(id);
      target += "&include_items=" + id;
    }
    return target;
  }

  random_shop& shop_;
  random_source& random_;
};

TEST(answers, hold_exactly_the_best_items_that_qualify) {
  constexpr std::uint64_t seed = 29;
  for (std::uint64_t round = 0; round < 200; ++round) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", round " + std::to_string(round));
    random_source random = random_source(seed).split(round);
    random_shop shop(random);
    requests_of_all_kinds ask(shop, random);
    for (int times = 0; times < 4; ++times) {
      ask.ask_v1();
      ask.ask_v1_rank();
      ask.ask_guide();
      ask.ask_lite();
      ask.ask_lite_similar();
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace freshet
