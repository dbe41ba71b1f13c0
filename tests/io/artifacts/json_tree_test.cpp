#include "io/artifacts/json_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::HasSubstr;

TEST(json_tree, keeps_order_digits_and_text) {
  const std::string text = R"({"z":1.50,"a":[0.1,1e-7,-0,{"x":{}}],"t":"\"é\n","n":null,"b":[true,false],"e":[]})";
  const auto tree = parse_json(text);
  ASSERT_TRUE(tree) << tree.failure().message;
  EXPECT_EQ(tree->compact(), text);
  EXPECT_EQ(*parse_json(tree->pretty()), *tree);
}

TEST(json_tree, reads_numbers_exactly) {
  EXPECT_EQ(parse_json("0.12345678901234566")->number(), 0.12345678901234566);
  EXPECT_EQ(parse_json("18446744073709551615")->whole_number(), 18446744073709551615u);
  EXPECT_EQ(parse_json("1e999")->number(), std::nullopt);
  EXPECT_EQ(parse_json("\"1\"")->number(), std::nullopt);
  EXPECT_EQ(json_tree::of_number(0.285).compact(), "0.285");
}

TEST(json_tree, replaces_members_in_place) {
  auto tree = *parse_json(R"({"a": 1, "b": 2})");
  tree.set("a", json_tree::of_text("x"));
  tree.set("c", json_tree::of_boolean(true));
  EXPECT_EQ(tree.compact(), R"({"a":"x","b":2,"c":true})");
  EXPECT_EQ(tree.find("d"), nullptr);
}

TEST(json_tree, refuses_what_is_not_json_with_the_line) {
  EXPECT_THAT(parse_json("{\n\"a\": 1,\n}").failure().message, HasSubstr("line 3"));
  EXPECT_THAT(parse_json("{\"a\": 1, \"a\": 2}").failure().message, HasSubstr("\"a\" is given twice"));
  for (const char* text : {"", "{", "{}{}", "nul", "[1,]", "'a'", "\xff"}) EXPECT_FALSE(parse_json(text)) << text;
  EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
}

}  // namespace
}  // namespace freshet
