#include "io/artifacts/parameters_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::HasSubstr;

TEST(parameters_json, keeps_numbers_words_and_switches) {
  const parameters values{{"factors", 64.0}, {"loss", "warp"}, {"features", true}};
  EXPECT_EQ(parameters_from_json(to_json(values)).value(), values);
}

TEST(parameters_json, puts_what_is_nested_under_dotted_names) {
  const auto nested = parameters_from_json(
      R"({"parts": [{"model": "als", "params": {"factors": 8}}, {"model": "ease", "weight": 0.5}], "a": {}})");
  const parameters flat{
      {"parts.0.model", "als"}, {"parts.0.params.factors", 8.0}, {"parts.1.model", "ease"}, {"parts.1.weight", 0.5}};
  EXPECT_EQ(nested.value(), flat);
  EXPECT_EQ(parameters_from_json(to_json(flat)).value(), flat);
}

TEST(parameters_json, refuses_what_is_neither_number_word_nor_switch) {
  EXPECT_THAT(parameters_from_json(R"({"a": {"b": null}})").failure().message, HasSubstr("parameter a.b is null"));
  EXPECT_THAT(parameters_from_json("[1]").failure().message, HasSubstr("a JSON object"));
}

}  // namespace
}  // namespace freshet
