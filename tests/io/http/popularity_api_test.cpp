#include "io/http/popularity_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

parsed<popularity_request> popular(const std::string& query) {
  return parse_popular(testing::make_request(method::get, "/v1/popular" + query));
}

unsigned refusal_of(const parsed<popularity_request>& outcome) {
  const auto* refused = std::get_if<response>(&outcome);
  return refused == nullptr ? 0 : refused->status;
}

TEST(popularity_api, counts_a_day_where_nothing_is_said) {
  const auto asked = std::get<popularity_request>(popular(""));
  EXPECT_EQ(asked.window, std::chrono::hours(24));
  EXPECT_EQ(asked.k, 10U);
  EXPECT_EQ(asked.filter, "");
}

TEST(popularity_api, reads_windows_in_hours_and_days) {
  EXPECT_EQ(std::get<popularity_request>(popular("?window=36h")).window, std::chrono::hours(36));
  EXPECT_EQ(std::get<popularity_request>(popular("?window=7d")).window, std::chrono::hours(168));
  EXPECT_EQ(std::get<popularity_request>(popular("?window=all&k=3&filter=price%3C5")).window, std::nullopt);
  EXPECT_EQ(std::get<popularity_request>(popular("?window=all&k=3&filter=price%3C5")).filter, "price<5");
}

TEST(popularity_api, refuses_what_is_no_window) {
  for (const auto* text : {"week", "7", "d", "7w", "1.5d", "", "7dd"}) {
    EXPECT_EQ(refusal_of(popular(std::string("?window=") + text)), 422U) << text;
  }
  for (const auto* text : {"0h", "-1d", "367d", "8785h", "99999999999999999999d"}) {
    EXPECT_EQ(refusal_of(popular(std::string("?window=") + text)), 400U) << text;
  }
  EXPECT_EQ(refusal_of(popular("?k=0")), 400U);
  EXPECT_EQ(refusal_of(popular("?windov=7d")), 400U);
  EXPECT_EQ(refusal_of(parse_trending(testing::make_request(method::get, "/v1/trending?window=7d"))), 400U);
}

std::shared_ptr<const item_view> lamp() {
  item metadata;
  metadata.item_id = "lamp";
  metadata.title = "Lamp";
  return std::make_shared<const item_view>(std::move(metadata));
}

TEST(popularity_api, lists_items_with_their_figures) {
  const auto asked = std::get<popularity_request>(popular("?window=7d"));
  const auto body = boost::json::parse(
      render_popular(asked, counted_span{10, 20}, {{lamp(), {item_index{3}, 5}}, {lamp(), {item_index{4}, 2}}}).body);
  EXPECT_EQ(body.at("window"), "7d");
  EXPECT_EQ(body.at("from"), 10);
  EXPECT_EQ(body.at("to"), 20);
  EXPECT_EQ(body.at("count"), 2);
  EXPECT_EQ(body.at("items").at(1).at("rank"), 2);
  EXPECT_EQ(body.at("items").at(1).at("events"), 2);
  EXPECT_EQ(body.at("items").at(0).at("title"), "Lamp");

  const auto trending = boost::json::parse(render_trending(20, {{lamp(), {item_index{3}, 1.5, 4, 2}}}).body);
  EXPECT_EQ(trending.at("half_life_hours"), 24);
  EXPECT_EQ(trending.at("items").at(0).at("score"), 1.5);
  EXPECT_EQ(trending.at("items").at(0).at("expected"), 2);
  EXPECT_TRUE(boost::json::parse(render_popular(asked, std::nullopt, {}).body).at("to").is_null());
}

}  // namespace
}  // namespace freshet::http
