#include <gtest/gtest.h>

#include "core/filters/expression.hpp"
#include "tests/support/parsed_request.hpp"

namespace freshet::http {
namespace {

using namespace freshet::testing;

constexpr std::size_t k_max = 50;

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
      {"user_id=u&page=0", 400, "page: \"0\" is out of range; give at least 1"},
      {"user_id=u&page=two", 422, "page: \"two\" is not an integer"},
      {"user_id=u&page_size=0", 400, "page_size: \"0\" is out of range; give 1 to 100"},
      {"user_id=u&page_size=101", 400, "give 1 to 100"},
      {"user_id=u&min_price=cheap", 422, "min_price: \"cheap\" is not a number"},
      {"user_id=u&min_price=", 422, "min_price: \"\" is not a number"},
      {"user_id=u&max_price=inf", 400, "max_price: \"inf\" is out of range"},
      {"user_id=u&max_price=1&max_price=2", 400, "max_price is given more than once"},
      {"user_id=u&exclude_items=a%00b", 400, "holds a control character"},
      {"user_id=u&include_items=%ff", 400, "is not UTF-8"},
      {"user_id=u&cache_ttl=-1", 400, "cache_ttl: \"-1\" is out of range; give 0 to 3600"},
      {"user_id=u&cache_ttl=3601", 400, "give 0 to 3600"},
      {"user_id=u&cache_ttl=soon", 422, "cache_ttl: \"soon\" is not an integer"},
      {"user_id=u&invalidate_cache=2", 422, "invalidate_cache"},
  };
  for (const auto& [query, status, detail] : cases) {
    const refused why = refused_by(lite(query));
    EXPECT_EQ(why.status, status) << query;
    EXPECT_NE(why.detail.find(detail), std::string::npos) << query << " -> " << why.detail;
  }
}

TEST(lite_recommend, puts_its_conditions_into_one_filter) {
  const auto query =
      accepted(lite("user_id=u&categories=Kitchen&categories=Home%20%26%20Garden&brands=%22B%22%5C"
                    "&min_price=5&max_price=19.99&exclude_items=a&exclude_items=b&include_items=c"));
  EXPECT_EQ(query.conditions.filter,
            R"(category in ("Kitchen","Home & Garden") and brand in ("\"B\"\\") and price >= 5 and price <= 19.99)");
  EXPECT_EQ(query.conditions.exclude_items, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(query.conditions.include_items, std::vector<std::string>{"c"});
  EXPECT_EQ(query.given_filters, (lite_filters{{"Kitchen", "Home & Garden"}, {"\"B\"\\"}, 5, 19.99}));
  EXPECT_TRUE(wants_filter_info(query));
  EXPECT_TRUE(filters::parse_expression(query.conditions.filter).ok());
}

TEST(lite_recommend, takes_an_empty_condition_for_none) {
  const auto query = accepted(lite("user_id=u&categories=&brands=&exclude_items=&include_items="));
  EXPECT_FALSE(query.conditions.any());
  EXPECT_FALSE(wants_filter_info(query));
  EXPECT_EQ(query.given_filters, lite_filters{});
}

TEST(lite_recommend, reads_a_page) {
  EXPECT_FALSE(accepted(lite("user_id=u")).page);
  const auto second = accepted(lite("user_id=u&page=2")).page;
  EXPECT_EQ(second->number, 2U);
  EXPECT_EQ(second->size, 10U);
  EXPECT_EQ(accepted(lite("user_id=u&page_size=100")).page->number, 1U);
  EXPECT_EQ(accepted(lite("user_id=u&page=99999999999999999999")).page->size, 10U) << "clamped when the list is known";
  EXPECT_FALSE(wants_filter_info(accepted(lite("user_id=u&page=2"))));
}

TEST(lite_recommend, reads_what_the_cache_may_do) {
  const auto none = accepted(lite("user_id=u"));
  EXPECT_TRUE(none.cache.use);
  EXPECT_FALSE(none.cache.given);
  EXPECT_FALSE(none.cache.ttl);
  const auto all = accepted(lite("user_id=u&use_cache=false&cache_ttl=3600&invalidate_cache=true"));
  EXPECT_FALSE(all.cache.use);
  EXPECT_TRUE(all.cache.invalidate);
  EXPECT_EQ(all.cache.ttl, std::chrono::seconds(3600));
  for (const auto* one : {"use_cache=true", "cache_ttl=0", "invalidate_cache=0"}) {
    EXPECT_TRUE(wants_filter_info(accepted(lite("user_id=u&" + std::string(one))))) << one;
  }
}

TEST(lite_recommend, searches_approximately_unless_told_not_to) {
  EXPECT_TRUE(accepted(lite("user_id=u")).use_faiss);
  EXPECT_FALSE(accepted(lite("user_id=u&use_faiss=false")).use_faiss);
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
  const auto query = accepted(similar("item_id=i&categories=c&exclude_items=x&page=3&use_cache=0&use_faiss=0"));
  EXPECT_EQ(query.conditions.filter, "category in (\"c\")");
  EXPECT_EQ(query.conditions.exclude_items, std::vector<std::string>{"x"});
  EXPECT_EQ(query.page->number, 3U);
  EXPECT_FALSE(query.cache.use);
  EXPECT_FALSE(query.use_faiss);
}

}  // namespace
}  // namespace freshet::http
