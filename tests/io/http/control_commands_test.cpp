#include "io/http/control_commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

namespace freshet::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

boost::json::object object(const char* text) {
  return boost::json::parse(text).as_object();
}

TEST(control_commands, put_arguments_into_the_path_and_the_query) {
  const auto activate = make_request(*find_control_command("activate"), object(R"({"id": "als/1 v"})"));
  ASSERT_TRUE(activate) << activate.failure().message;
  EXPECT_EQ(activate->verb, method::post);
  EXPECT_EQ(activate->target, "/v1/models/als%2F1%20v/activate");
  const auto warmup = make_request(*find_control_command("warmup"), object(R"({"force": true, "n": 3})"));
  EXPECT_EQ(warmup->target, "/cache_warmup?force=true&n=3");
  EXPECT_EQ(*warmup->parameter("force"), "true");
  EXPECT_EQ(warmup->body, "");
}

TEST(control_commands, put_the_rest_into_the_body_where_the_route_reads_it) {
  const control_command train{.name = "train",
                              .verb = method::post,
                              .path = "/v1/train/{model}",
                              .description = "",
                              .example = "als",
                              .rest = argument_place::body,
                              .flag = ""};
  EXPECT_THAT(path_arguments(train), ElementsAre("model"));
  const auto made = make_request(train, object(R"({"model": "als", "params": {"factors": 8}})"));
  EXPECT_EQ(made->target, "/v1/train/als");
  EXPECT_EQ(made->body, R"({"params":{"factors":8}})");
  EXPECT_EQ(*made->header("content-type"), "application/json");
}

TEST(control_commands, name_the_argument_that_is_missing_or_of_no_use) {
  EXPECT_THAT(make_request(*find_control_command("activate"), {}).failure().message, HasSubstr("\"id\""));
  EXPECT_THAT(make_request(*find_control_command("activate"), object(R"({"id": []})")).failure().message,
              HasSubstr("\"id\""));
  EXPECT_EQ(find_control_command("activate_"), nullptr);
}

TEST(control_commands, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const auto& each : control_commands()) EXPECT_TRUE(names.insert(each.name).second) << each.name;
}

}  // namespace
}  // namespace freshet::http
