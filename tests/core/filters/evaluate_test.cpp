#include "core/filters/evaluate.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"

namespace freshet::filters {
namespace {

constexpr unix_seconds day = 86400;

item made(std::string id, std::optional<std::string> category, std::optional<double> price,
          std::map<std::string, attribute_value> attributes = {}) {
  item one;
  one.item_id = std::move(id);
  one.category = std::move(category);
  one.price = price;
  one.attributes = std::move(attributes);
  return one;
}

std::optional<unix_seconds> first_of_2025(std::string_view text) {
  if (text == "2025-01-01") return 20089 * day;
  return std::nullopt;
}

class filter_evaluation : public ::testing::Test {
 protected:
  filter_evaluation() {
    items.set(item_index{0}, made("a", "lamps", 10, {{"fragile", true}, {"since", double{20088 * day}}}));
    items.set(item_index{1}, made("b", "rugs", 20, {{"fragile", false}, {"since", 20090.0 * day * 1000}}));
    items.set(item_index{2}, made("c", std::nullopt, std::nullopt));
    items.set(item_index{4}, made("e", "lamps", 30, {{"launch", std::string("2025-01-01")}}));
  }
  /// Numbers of the items, or what is wrong.
  std::string of(std::string_view text) const {
    const auto parsed = parse_expression(text);
    if (!parsed) return parsed.failure().message;
    const auto bits = evaluate(*parsed, items, {.now = 20090 * day, .parse_time = first_of_2025});
    if (!bits) return bits.failure().message;
    std::string numbers;
    for (std::size_t i = 0; i < 64 * bits->size(); ++i) {
      if ((*bits)[i / 64] >> i % 64 & 1) numbers += std::to_string(i);
    }
    return numbers;
  }

  item_columns items;
};

TEST_F(filter_evaluation, compares_text_numbers_and_booleans) {
  EXPECT_EQ(of("category = \"lamps\""), "04");
  EXPECT_EQ(of("category in ('rugs', 'vases')"), "1");
  EXPECT_EQ(of("category > 'lamps'"), "1");
  EXPECT_EQ(of("price <= 20"), "01");
  EXPECT_EQ(of("price = 20 or price > 29.5"), "14");
  EXPECT_EQ(of("fragile"), "0");
  EXPECT_EQ(of("fragile = false"), "1");
}

TEST_F(filter_evaluation, matches_no_comparison_with_what_is_missing_and_every_negated_one) {
  EXPECT_EQ(of("price < 15"), "0");
  EXPECT_EQ(of("not price < 15"), "1234");
  EXPECT_EQ(of("price != 10"), "1234");
  EXPECT_EQ(of("price is null"), "23");
  EXPECT_EQ(of("category is not null"), "014");
  EXPECT_EQ(of("item_id is null"), "3") << "an item that was never described";
}

TEST_F(filter_evaluation, counts_days_from_seconds_milliseconds_and_text) {
  EXPECT_EQ(of("age_days(since) = 2"), "0");
  EXPECT_EQ(of("age_days(since) <= 0"), "1");
  EXPECT_EQ(of("age_days(launch) = 1"), "4");
}

TEST_F(filter_evaluation, refuses_what_does_not_fit_the_catalogue_and_says_where) {
  EXPECT_EQ(of("price < 1 and colour = 'red'"),
            "filter: position 15: no item has an attribute \"colour\"; known are avg_star, brand, category, fragile, "
            "item_id, launch, num_sold_time, price, since, title");
  EXPECT_EQ(of("price < '20'"), "filter: position 9: price is a number, compared with text");
  EXPECT_EQ(of("category = 5"), "filter: position 12: category is text, compared with a number");
  EXPECT_EQ(of("fragile = 'yes'"), "filter: position 11: fragile is a boolean, compared with text");
  EXPECT_EQ(of("fragile < true"), "filter: position 1: fragile is true or false; neither is less than the other");
  EXPECT_EQ(of("price"), "filter: position 1: price is not true or false; compare it with a value");
  EXPECT_EQ(of("age_days(fragile) < 3"),
            "filter: position 10: fragile holds no times; age_days needs unix seconds or RFC 3339");
}

TEST_F(filter_evaluation, sees_an_item_as_it_was_last_described) {
  items.set(item_index{0}, made("a", "rugs", std::nullopt));
  EXPECT_EQ(of("category = 'lamps'"), "4");
  EXPECT_EQ(of("price is null"), "023");
  EXPECT_EQ(of("fragile = true"), "");
  items.erase(item_index{1});
  EXPECT_EQ(of("item_id in ('a', 'b')"), "0");
}

TEST_F(filter_evaluation, turns_a_column_of_two_types_into_text) {
  items.set(item_index{5}, made("f", "lamps", 1, {{"since", std::string("yesterday")}, {"fragile", 2.5}}));
  EXPECT_EQ(of("since = 'yesterday'"), "5");
  EXPECT_EQ(of("fragile in ('true', '2.5')"), "05");
}

TEST(filter_evaluation_of_nothing, is_empty) {
  const auto bits = evaluate(all_of({}), item_columns(), {});
  ASSERT_TRUE(bits);
  EXPECT_TRUE(bits->empty());
}

/// One random condition, and the same question asked of one item.
struct random_condition {
  expression asked;
  std::function<bool(const item&)> holds;
};

random_condition draw(random_source& random, int depth) {
  const auto kind = random.below(depth > 0 ? 6 : 3);
  if (kind == 0) {
    const double bound = static_cast<double>(random.below(6));
    return {comparison{{"price"}, comparison_operator::less, {bound}},
            [=](const item& each) { return each.price && *each.price < bound; }};
  }
  if (kind == 1) {
    const std::string wanted(1, static_cast<char>('a' + random.below(4)));
    return {comparison{{"category"}, comparison_operator::not_equal, {wanted}},
            [=](const item& each) { return each.category != wanted; }};
  }
  if (kind == 2) {
    return {missing{{"category"}}, [](const item& each) { return !each.category; }};
  }
  auto left = draw(random, depth - 1);
  if (kind == 3) return {negate(left.asked), [=](const item& each) { return !left.holds(each); }};
  auto right = draw(random, depth - 1);
  if (kind == 4) {
    return {all_of({left.asked, right.asked}), [=](const item& each) { return left.holds(each) && right.holds(each); }};
  }
  return {any_of({left.asked, right.asked}), [=](const item& each) { return left.holds(each) || right.holds(each); }};
}

TEST(filter_evaluation_of_random_conditions, equals_asking_every_item) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    random_source random(seed);
    std::vector<item> all;
    item_columns columns;
    for (std::uint32_t number = 0; number < 1 + random.below(150); ++number) {
      all.push_back(made(std::to_string(number), std::nullopt, std::nullopt));
      if (random.below(3) > 0) all.back().category = std::string(1, static_cast<char>('a' + random.below(4)));
      if (random.below(3) > 0) all.back().price = static_cast<double>(random.below(6));
      columns.set(item_index{number}, all.back());
    }
    const auto condition = draw(random, 4);
    const auto bits = evaluate(condition.asked, columns, {});
    ASSERT_TRUE(bits) << bits.failure().message;
    for (std::size_t i = 0; i < 64 * bits->size(); ++i) {
      const bool expected = i < all.size() && condition.holds(all[i]);
      EXPECT_EQ((*bits)[i / 64] >> i % 64 & 1, expected ? 1U : 0U) << i;
    }
  }
}

}  // namespace
}  // namespace freshet::filters
