#include "actors/generation/eligibility.hpp"

#include <gtest/gtest.h>

#include "core/base/random.hpp"
#include "core/models/popularity/popularity.hpp"

namespace freshet {
namespace {

constexpr unix_seconds noon = 1'700'000'000;

/// Items 0..n-1 with prices 0..n-1; row r of the generation is item n-1-r, so that rows and numbers differ.
struct backward_rows : ::testing::Test {
  static constexpr std::uint32_t items = 150;

  backward_rows() {
    for (std::uint32_t number = 0; number < items; ++number) put(number, {});
    model.served = std::make_shared<popularity_model>(std::vector<float>(items));
    for (std::uint32_t row = 0; row < items; ++row) model.index_of_row.push_back(item_index{items - 1 - row});
  }
  void put(std::uint32_t number, std::map<std::string, attribute_value> attributes) {
    item made{.item_id = std::to_string(number)};
    made.price = number;
    made.attributes = std::move(attributes);
    catalogue.update(item_index{number}, std::move(made));
  }
  /// Numbers of the items whose rows are eligible, ascending.
  std::vector<std::uint32_t> numbers(const eligible_rows& rows) const {
    std::vector<std::uint32_t> found;
    for (std::uint32_t number = 0; number < items; ++number) {
      if (rows.contains(item_row{items - 1 - number})) found.push_back(number);
    }
    EXPECT_EQ(found.size(), rows.count);
    return found;
  }

  item_catalogue catalogue;
  eligibility eligible{catalogue};
  generation model;
};

using list = std::vector<std::uint32_t>;

TEST_F(backward_rows, maps_items_to_rows) {
  EXPECT_EQ(eligible.shown(model, noon).bits, nullptr) << "nothing is limited";
  EXPECT_EQ(eligible.shown(model, noon).count, items);
  EXPECT_EQ(numbers(eligible.matching(model, "price < 2 or price = 100", noon).value()), (list{0, 1, 100}));
}

TEST_F(backward_rows, follows_the_catalogue_at_once) {
  EXPECT_EQ(numbers(eligible.matching(model, "price < 3", noon).value()), (list{0, 1, 2}));
  put(1, {{"hidden", true}});
  EXPECT_EQ(numbers(eligible.matching(model, "price < 3", noon).value()), (list{0, 2}));
  catalogue.erase(item_index{2});
  EXPECT_EQ(numbers(eligible.matching(model, "price < 3", noon).value()), (list{0}));
  EXPECT_EQ(eligible.shown(model, noon).count, items - 2);
}

TEST_F(backward_rows, forgets_ages_after_a_second_and_rows_with_their_generation) {
  put(7, {{"released", static_cast<double>(noon - 86'400 + 1)}});
  EXPECT_EQ(numbers(eligible.matching(model, "age_days(released) < 1", noon).value()), list{7});
  EXPECT_EQ(numbers(eligible.matching(model, "age_days(released) < 1", noon + 1).value()), list{});
  generation shorter;
  shorter.served = std::make_shared<popularity_model>(std::vector<float>(2));
  shorter.number = 2;
  shorter.index_of_row = {item_index{5}, item_index{0}};
  const auto rows = eligible.matching(shorter, "price < 3", noon).value();
  EXPECT_EQ(*rows.bits, filters::bitmap{0b10});
}

TEST(eligible_rows, combine_like_sets) {
  constexpr std::uint64_t seed = 5;
  SCOPED_TRACE(seed);
  random_source random(seed);
  for (int round = 0; round < 50; ++round) {
    const std::size_t rows = 1 + random.below(200);
    const auto drawn = [&] {
      std::vector<item_row> some;
      for (std::uint32_t row = 0; row < rows; ++row) {
        if (random.below(2) == 0) some.push_back(item_row{row});
      }
      return random.below(4) == 0 ? eligible_rows{nullptr, rows} : exactly(some, rows);
    };
    const auto one = drawn();
    const auto other = drawn();
    const auto both = intersect(one, other);
    const auto left = subtract(one, other, rows);
    std::size_t both_count = 0;
    std::size_t left_count = 0;
    for (std::uint32_t number = 0; number < rows; ++number) {
      const item_row row{number};
      EXPECT_EQ(both.contains(row), one.contains(row) && other.contains(row));
      EXPECT_EQ(left.contains(row), one.contains(row) && !other.contains(row));
      both_count += both.contains(row) ? 1 : 0;
      left_count += left.contains(row) ? 1 : 0;
    }
    EXPECT_EQ(both.count, both_count);
    EXPECT_EQ(left.count, left_count);
  }
}

}  // namespace
}  // namespace freshet
