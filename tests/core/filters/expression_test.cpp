#include "core/filters/expression.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"

namespace freshet::filters {
namespace {

/// The expression with every parenthesis written out.
std::string spelled(const expression& given);

std::string spelled(const operand& given) {
  return given.age_days ? "age_days(" + given.attribute + ")" : given.attribute;
}

std::string spelled(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return "'" + *text + "'";
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return std::to_string(static_cast<int>(std::get<double>(value)));
}

std::string joined(const std::vector<expression>& parts, const char* by) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "(" : by) + spelled(part);
  return text + ")";
}

std::string spelled(const expression& given) {
  static constexpr const char* operators[] = {"=", "!=", "<", "<=", ">", ">="};
  if (const auto* one = std::get_if<comparison>(&given)) {
    return spelled(one->left) + operators[static_cast<int>(one->by)] + spelled(one->right.value);
  }
  if (const auto* list = std::get_if<membership>(&given)) {
    std::string text = spelled(list->left) + " in(";
    for (const auto& each : list->values) text += spelled(each.value) + ";";
    return text + ")";
  }
  if (const auto* none = std::get_if<missing>(&given)) return spelled(none->of) + " is null";
  if (const auto* alone = std::get_if<flag>(&given)) return spelled(alone->of);
  if (const auto* not_it = std::get_if<std::shared_ptr<const negation>>(&given)) {
    return "not " + spelled((*not_it)->inner);
  }
  if (const auto* all = std::get_if<std::shared_ptr<const conjunction>>(&given)) return joined((*all)->parts, " and ");
  return joined(std::get<std::shared_ptr<const disjunction>>(given)->parts, " or ");
}

std::string parsed(std::string_view text) {
  const auto given = parse_expression(text);
  return given ? spelled(*given) : given.failure().message;
}

TEST(filter_expression, binds_not_closer_than_and_and_that_closer_than_or) {
  EXPECT_EQ(parsed("a = 1 or b = 2 and not c = 3"), "(a=1 or (b=2 and not c=3))");
  EXPECT_EQ(parsed("(a = 1 or b = 2) and c"), "((a=1 or b=2) and c)");
  EXPECT_EQ(parsed("not (a or b) and c"), "(not (a or b) and c)");
}

TEST(filter_expression, reads_the_example_of_the_documentation) {
  EXPECT_EQ(
      parsed(R"(category in ("lamps", "rugs") and price < 20 and not brand = "x" and age_days(available_from) < 30)"),
      "(category in('lamps';'rugs';) and price<20 and not brand='x' and age_days(available_from)<30)");
}

TEST(filter_expression, knows_every_operator_in_either_case) {
  EXPECT_EQ(parsed("a == 1 AND b <> 2 Or c >= 3"), "((a=1 and b!=2) or c>=3)");
  EXPECT_EQ(parsed("a not in (1, 2)"), "not a in(1;2;)");
  EXPECT_EQ(parsed("a is null or b is not null"), "(a is null or not b is null)");
  EXPECT_EQ(parsed("android or notes or inner"), "(android or notes or inner)") << "words are whole words";
}

TEST(filter_expression, takes_any_text_and_any_name_in_quotes) {
  EXPECT_EQ(parsed(R"(a = "x\"y" or a = 'it''s')"), "filter: position 23: expected and, or, or the end, found \"'s'\"");
  EXPECT_EQ(parsed(R"(a = "x\"y\\")"), "a='x\"y\\'");
  EXPECT_EQ(parsed("`unit price` > -3.5e1"), "unit price>-35");
  EXPECT_EQ(parsed("a = \"größe \xf0\x9f\x91\x97\""), "a='größe \xf0\x9f\x91\x97'");
}

TEST(filter_expression, names_the_position_of_a_mistake_and_what_was_expected) {
  EXPECT_EQ(parsed("price <"), "filter: position 8: expected \"text\", a number, true or false, found the end");
  EXPECT_EQ(parsed("price < 20 and"), "filter: position 15: expected a condition, found the end");
  EXPECT_EQ(parsed("(price < 20"), "filter: position 12: expected ), found the end");
  EXPECT_EQ(parsed("brand = x"), "filter: position 9: expected \"text\", a number, true or false, found \"x\"");
  EXPECT_EQ(parsed("brand in ()"), "filter: position 11: expected \"text\", a number, true or false, found \")\"");
  EXPECT_EQ(parsed("brand is nul"), "filter: position 10: expected null, found \"nul\"");
  EXPECT_EQ(parsed("price = nan"), "filter: position 9: expected \"text\", a number, true or false, found \"nan\"");
  EXPECT_EQ(parsed(""), "filter: position 1: expected a condition, found the end");
}

TEST(filter_expression, has_limits) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '(') + "a" + std::string(levels, ')'); };
  EXPECT_TRUE(parse_expression(nested(64)));
  EXPECT_EQ(parsed(nested(65)), "filter: more than 64 levels or 1000 literals");
  EXPECT_TRUE(parse_expression(nested(64) + " and " + nested(64))) << "levels, not parentheses";
  std::string many = "a in (0";
  for (int i = 0; i < 1000; ++i) many += ",1";
  EXPECT_EQ(parsed(many + ")"), "filter: more than 64 levels or 1000 literals");
  EXPECT_EQ(parsed(std::string(17 << 10, ' ')), "filter: 17408 bytes; an expression has at most 16384");
}

TEST(filter_expression, survives_any_bytes) {
  const std::string alphabet = "ab1 ()\"'`\\<=>!,.andornotis in null age_days(\xc3\n";
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    random_source random(seed);
    std::string text;
    for (auto length = random.below(40); length > 0; --length) text.push_back(alphabet[random.below(alphabet.size())]);
    const auto given = parse_expression(text);
    if (given) continue;
    EXPECT_EQ(given.failure().message.rfind("filter: position ", 0), 0U) << given.failure().message;
  }
}

}  // namespace
}  // namespace freshet::filters
