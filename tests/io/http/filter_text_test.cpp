#include "io/http/filter_text.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/filters/expression.hpp"

namespace freshet::http {
namespace {

using filters::comparison;

TEST(filter_text, without_conditions_is_empty) {
  EXPECT_EQ(filter_text().text(), "");
}

TEST(filter_text, joins_conditions_that_must_all_hold) {
  filter_text filter;
  filter.any_of("brand", std::vector<attribute_value>{"a", 2.0, false});
  filter.at_least("price", -.5);
  filter.at_most("price", 1e20);
  filter.equal("In", "x");
  filter.equal("2nd", true);
  EXPECT_EQ(filter.text(),
            R"(brand in ("a",2,false) and price >= -0.5 and price <= 1e+20 and `In` = "x" and `2nd` = true)");
  EXPECT_TRUE(filters::parse_expression(filter.text()).ok());
}

TEST(filter_text, says_the_same_name_and_value_whatever_their_bytes) {
  constexpr std::uint64_t seed = 23;
  SCOPED_TRACE(seed);
  random_source random(seed);
  const auto any_text = [&](std::size_t least) {
    std::string text(least + random.below(10), ' ');
    for (char& c : text)
      c = random.below(2) == 0 ? "\\`\"' an.d"[random.below(9)] : static_cast<char>(random.below(256));
    return text;
  };
  for (int round = 0; round < 5'000; ++round) {
    const std::string name = any_text(1);
    const std::string value = any_text(0);
    filter_text filter;
    filter.equal(name, value);
    const auto read = filters::parse_expression(filter.text());
    ASSERT_TRUE(read.ok()) << filter.text() << read.failure().message;
    const auto& found = std::get<comparison>(*read);
    ASSERT_EQ(found.left.attribute, name) << filter.text();
    ASSERT_EQ(std::get<std::string>(found.right.value), value) << filter.text();
  }
}

TEST(filter_text, says_the_same_number) {
  constexpr std::uint64_t seed = 24;
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (int round = 0; round < 5'000; ++round) {
    // Prices as people write them.
    const double number = static_cast<double>(random.below(1'000'000'000)) / (random.below(2) == 0 ? 100 : 1000);
    filter_text filter;
    filter.at_most("price", number);
    const auto read = filters::parse_expression(filter.text());
    ASSERT_TRUE(read.ok()) << filter.text();
    ASSERT_EQ(std::get<double>(std::get<comparison>(*read).right.value), number) << filter.text();
  }
}

}  // namespace
}  // namespace freshet::http
