#include "io/http/users_api.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/recording_exchange.hpp"

namespace freshet::http {
namespace {

TEST(users_api, shows_what_is_known_of_a_user) {
  const auto answer = render_user_state({.user_id = "a\"da",
                                         .events = 3,
                                         .first_ts = 10,
                                         .last_ts = 20,
                                         .items_seen = 2,
                                         .event_types = {{"view", 2}, {"", 1}},
                                         .top_items = {{"lamp", 2, 2.5}, {"chair", 1, 1}},
                                         .trained = true,
                                         .trainable = true,
                                         .cold = false,
                                         .model_id = "als_1"});
  EXPECT_EQ(boost::json::parse(answer.body), boost::json::parse(R"({"user_id":"a\"da","events":3,"first_ts":10,
      "last_ts":20,"items_seen":2,"event_types":{"view":2,"":1},"top_items":[{"item_id":"lamp","events":2,
      "strength":2.5},{"item_id":"chair","events":1,"strength":1}],"trained":true,"trainable":true,"cold":false,
      "model_id":"als_1"})"));
}

TEST(users_api, has_no_times_without_events_and_no_model_without_one) {
  const auto body = boost::json::parse(render_user_state({.user_id = "ada", .cold = true}).body);
  EXPECT_TRUE(body.at("first_ts").is_null());
  EXPECT_TRUE(body.at("last_ts").is_null());
  EXPECT_TRUE(body.at("model_id").is_null());
  EXPECT_TRUE(body.at("cold").as_bool());
}

TEST(users_api, names_the_file_of_an_export_without_trusting_the_id) {
  const auto answer = render_user_export("{}", "../a\"\r\nb");
  EXPECT_EQ(answer.body, "{}");
  ASSERT_EQ(answer.headers.size(), 2U);
  EXPECT_EQ(answer.headers[0].second, "attachment; filename=\"user____a___b.json\"");
}

}  // namespace
}  // namespace freshet::http
