#include "actors/generation/item_catalogue.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

constexpr unix_seconds noon = 1'700'000'000;

struct the_catalogue : ::testing::Test {
  static item described(const char* id, std::map<std::string, attribute_value> attributes = {}) {
    item made;
    made.item_id = id;
    made.attributes = std::move(attributes);
    return made;
  }
  void put(std::uint32_t number, item metadata) { catalogue.update(item_index{number}, std::move(metadata)); }
  /// Numbers of the items that may be shown.
  std::vector<std::uint32_t> shown(unix_seconds now = noon) const {
    const auto bits = catalogue.servable(now);
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t number = 0; number < catalogue.size(); ++number) {
      if (!bits || ((*bits)[number / 64] >> number % 64 & 1) != 0) numbers.push_back(number);
    }
    return numbers;
  }

  item_catalogue catalogue;
};

TEST_F(the_catalogue, shows_everything_where_nothing_is_limited) {
  put(0, described("a"));
  put(1, described("b"));
  EXPECT_EQ(catalogue.servable(noon), nullptr);
}

TEST_F(the_catalogue, leaves_out_hidden_items_until_they_are_shown_again) {
  put(0, described("a"));
  put(1, described("b", {{"hidden", true}}));
  put(2, described("c", {{"hidden", std::string("false")}}));
  EXPECT_EQ(shown(), (std::vector<std::uint32_t>{0, 2}));
  put(1, described("b", {{"hidden", false}}));
  EXPECT_EQ(shown(), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST_F(the_catalogue, opens_and_closes_windows_of_availability_in_time) {
  put(0, described("soon", {{"available_from", static_cast<double>(noon + 10)}}));
  put(1, described("ends", {{"available_until", static_cast<double>(noon + 20) * 1000}}));
  put(2, described("text", {{"available_until", std::string("2023-11-14T22:13:50Z")}}));  // noon + 30
  EXPECT_EQ(shown(noon), (std::vector<std::uint32_t>{1, 2}));
  const auto before = catalogue.version(noon + 9);
  EXPECT_EQ(shown(noon + 9), (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(shown(noon + 10), (std::vector<std::uint32_t>{0, 1, 2}));
  EXPECT_GT(catalogue.version(noon + 10), before) << "what was kept under the old version is stale";
  EXPECT_EQ(shown(noon + 20), (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(shown(noon + 30), std::vector<std::uint32_t>{0});
}

TEST_F(the_catalogue, forgets_a_deleted_item_and_takes_it_back) {
  put(0, described("a"));
  put(1, described("b", {{"colour", std::string("red")}}));
  const auto before = catalogue.version(noon);
  catalogue.erase(item_index{1});
  EXPECT_GT(catalogue.version(noon), before);
  EXPECT_EQ(shown(), std::vector<std::uint32_t>{0});
  EXPECT_FALSE(catalogue.find("b"));
  EXPECT_EQ((*catalogue.evaluate("colour = 'red'", noon).value())[0], 0U);
  EXPECT_EQ(catalogue.described_from(0), std::vector{item_index{0}});
  put(1, described("b"));
  EXPECT_EQ(shown(), (std::vector<std::uint32_t>{0, 1}));
  EXPECT_TRUE(catalogue.find("b"));
}

TEST_F(the_catalogue, evaluates_conditions_by_item_number) {
  for (std::uint32_t number = 0; number < 100; ++number) {
    item made = described(std::to_string(number).c_str());
    made.price = number;
    put(number, made);
  }
  const auto cheap = catalogue.evaluate("price < 3 or price = 70", noon);
  ASSERT_TRUE(cheap);
  EXPECT_EQ(*cheap.value(), (filters::bitmap{0b111, std::uint64_t{1} << 6}));
  const auto wrong = catalogue.evaluate("price < ", noon);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.failure().message.find("position"), std::string::npos);
}

}  // namespace
}  // namespace freshet
