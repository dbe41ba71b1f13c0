// Filters, pages, reranking and the cache of GET /recommend and /similar-items.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "tests/conformance/served_shop.hpp"
#include "tests/conformance/shape.hpp"

namespace freshet::testing {
namespace {

using passes = std::function<bool(const shop_item&)>;

service_process::answer get(const std::string& target) {
  return shop_of_texts().service().get(target);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      out += c;
    } else {
      constexpr const char* digits = "0123456789ABCDEF";
      out += {'%', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
    }
  }
  return out;
}

/// Against the whole ranking, cut by hand.
void expect_filtered(const std::string& parameters, const passes& pass) {
  for (const std::string user : {"u1", "u2", "u3"}) {
    const auto ranking = shop_of_texts().ranking_for(user);
    const auto by_id = [&](const std::string& id) { return pass(shop_of_texts().item(id)); };
    const auto expected = first_of(ranking, 10, by_id);
    const auto answer = get("/recommend?k=10&user_id=" + user + parameters);
    EXPECT_EQ(ids_of(answer), expected) << user << parameters;
    const auto& info = answer.body.at("filter_info");
    ASSERT_TRUE(info.is_object()) << answer.raw.body;
    EXPECT_EQ(info.at("original_count").to_number<std::size_t>(), ranking.size());
    EXPECT_EQ(info.at("filtered_count").to_number<std::size_t>(),
              static_cast<std::size_t>(std::ranges::count_if(ranking, by_id)));
  }
  const auto similar = ids_of(get("/similar-items?item_id=i3&k=50"));
  EXPECT_EQ(ids_of(get("/similar-items?item_id=i3&k=5" + parameters)).size(),
            std::min<std::size_t>(
                5, static_cast<std::size_t>(std::ranges::count_if(shop_of_texts().items(), [&](const auto& each) {
                  return each.first != "i3" && pass(each.second);
                }))));
}

TEST(lite_filters, keep_items_of_any_of_the_categories_and_brands) {
  const auto& one = shop_of_texts().item("i1");
  const auto& other = shop_of_texts().item("i2");
  expect_filtered("&categories=" + escaped(one.category), [&](const auto& i) { return i.category == one.category; });
  expect_filtered("&brands=" + escaped(one.brand) + "&brands=" + escaped(other.brand) + "&brands=none",
                  [&](const auto& i) { return i.brand == one.brand || i.brand == other.brand; });
  expect_filtered("&categories=" + escaped(one.category) + "&brands=" + escaped(one.brand),
                  [&](const auto& i) { return i.category == one.category && i.brand == one.brand; });
  expect_filtered("&categories=nothing", [](const auto&) { return false; });
}

TEST(lite_filters, keep_prices_within_inclusive_bounds) {
  const double low = shop_of_texts().item("i1").price;
  const double high = 2 * low;
  const auto text = [](double price) { return boost::json::serialize(boost::json::value(price)); };
  expect_filtered("&min_price=" + text(low), [&](const auto& i) { return i.price >= low; });
  expect_filtered("&max_price=" + text(low), [&](const auto& i) { return i.price <= low; });
  expect_filtered("&min_price=" + text(low) + "&max_price=" + text(high),
                  [&](const auto& i) { return i.price >= low && i.price <= high; });
}

TEST(lite_filters, exclude_and_include_items_by_id) {
  const auto best = shop_of_texts().ranking_for("u1");
  const std::set<std::string> some{best[0], best[3], best[9]};
  std::string excluded;
  std::string included;
  for (const auto& id : some) {
    excluded += "&exclude_items=" + id;
    included += "&include_items=" + id;
  }
  expect_filtered(excluded, [&](const auto& i) { return !some.contains(i.id); });
  expect_filtered(included, [&](const auto& i) { return some.contains(i.id); });
  expect_filtered(included + "&exclude_items=" + best[3] + "&include_items=unknown",
                  [&](const auto& i) { return some.contains(i.id) && i.id != best[3]; });
}

TEST(lite_filters, are_told_in_filter_info) {
  const auto answer = get(
      "/recommend?user_id=u1&categories=Kitchen&categories=Garden&max_price=1000.5&exclude_items=i1&exclude_items=i2");
  ASSERT_EQ(answer.status, 200U);
  expect_shape(answer.body.at("filter_info"), R"({"original_count": "integer", "filtered_count": "integer",
      "filters_applied": {"categories": ["string"], "brands": ["string", "or empty"], "min_price": "null",
                          "max_price": "number", "excluded_items": "integer", "included_items": "integer"},
      "cache": {"hit": "boolean", "ttl": "integer", "invalidated": "boolean"},
      "reranking": {"strategy": "string|null", "applied": "boolean", "weights": "object",
                    "category_distribution": "object"}})");
  EXPECT_EQ(answer.body.at("filter_info").at("filters_applied"), boost::json::parse(R"(
      {"categories": ["Kitchen", "Garden"], "brands": [], "min_price": null, "max_price": 1000.5,
       "excluded_items": 2, "included_items": 0})"));
}

TEST(lite_pages, cut_the_list_that_k_bounds) {
  const auto ranking = ids_of(get("/recommend?user_id=u1&k=25"));
  ASSERT_EQ(ranking.size(), 25U);
  const auto page = [&](const std::string& parameters, std::size_t begin, std::size_t end, const char* pagination) {
    const auto answer = get("/recommend?user_id=u1&k=25" + parameters);
    EXPECT_EQ(ids_of(answer), id_list(ranking.begin() + static_cast<std::ptrdiff_t>(begin),
                                      ranking.begin() + static_cast<std::ptrdiff_t>(end)))
        << parameters;
    EXPECT_EQ(answer.body.at("pagination"), boost::json::parse(pagination)) << parameters;
  };
  page("&page=1", 0, 10,
       R"({"total": 25, "page": 1, "page_size": 10, "total_pages": 3, "has_next": true, "has_prev": false})");
  page("&page=3", 20, 25,
       R"({"total": 25, "page": 3, "page_size": 10, "total_pages": 3, "has_next": false, "has_prev": true})");
  page("&page=99", 20, 25,
       R"({"total": 25, "page": 3, "page_size": 10, "total_pages": 3, "has_next": false, "has_prev": true})");
  page("&page=2&page_size=7", 7, 14,
       R"({"total": 25, "page": 2, "page_size": 7, "total_pages": 4, "has_next": true, "has_prev": true})");
  page("&page_size=100", 0, 25,
       R"({"total": 25, "page": 1, "page_size": 100, "total_pages": 1, "has_next": false, "has_prev": false})");
  for (const auto* wrong : {"&page=0", "&page_size=0", "&page_size=101"}) {
    expect_problem(get("/recommend?user_id=u1" + std::string(wrong)).body, 400, "out of range");
  }
  EXPECT_EQ(ids_of(get("/similar-items?item_id=i3&k=20&page=2&page_size=15")).size(), 5U);
}

TEST(lite_reranking, follows_the_strategy_and_explains_itself) {
  for (const std::string strategy : {"diversity", "novelty", "popularity", "hybrid"}) {
    const auto answer = get("/recommend?user_id=u1&k=10&rerank=true&rerank_strategy=" + strategy);
    ASSERT_EQ(answer.status, 200U) << answer.raw.body;
    const auto& told = answer.body.at("filter_info").at("reranking");
    EXPECT_EQ(told.at("strategy").as_string(), strategy);
    EXPECT_TRUE(told.at("applied").as_bool());
    expect_shape(told.at("weights"), R"({"diversity_weight": "number", "novelty_weight": "number",
        "popularity_weight": "number", "relevance_weight": "number"})");
    std::map<std::string, int> categories;
    for (const auto& each : answer.body.at("recommendations").as_array()) {
      EXPECT_FALSE(each.at("explanation").as_string().empty());
      ++categories[std::string(each.at("category").as_string())];
    }
    EXPECT_EQ(told.at("category_distribution"), boost::json::value_from(categories));
  }
  EXPECT_EQ(get("/recommend?user_id=u1&rerank=true").body.at("filter_info").at("reranking").at("strategy"), "hybrid");
  EXPECT_TRUE(get("/recommend?user_id=u1&rerank_strategy=novelty").body.at("filter_info").is_null()) << "not asked";
}

TEST(lite_reranking, weighs_as_it_is_told) {
  const auto only = [&](const char* component) {
    std::string target = "/recommend?user_id=u1&k=10&rerank=true";
    for (const std::string each : {"diversity", "novelty", "popularity", "relevance"}) {
      target += "&" + each + "_weight=" + (each == component ? "1" : "0");
    }
    return ids_of(get(target));
  };
  const auto ranking = shop_of_texts().ranking_for("u1");
  EXPECT_EQ(only("relevance"), id_list(ranking.begin(), ranking.begin() + 10));
  EXPECT_NE(only("popularity"), only("novelty"));
  expect_problem(get("/recommend?user_id=u1&rerank=true&novelty_weight=1.5").body, 400, "novelty_weight");
  expect_problem(get("/recommend?user_id=u1&rerank=true&rerank_strategy=best").body, 422, "rerank_strategy");
}

TEST(lite_reranking, acts_within_the_filter) {
  const auto category = shop_of_texts().item("i1").category;
  const auto answer = get("/recommend?user_id=u1&k=5&rerank=true&categories=" + escaped(category));
  for (const auto& id : ids_of(answer)) EXPECT_EQ(shop_of_texts().item(id).category, category);
}

}  // namespace
}  // namespace freshet::testing
