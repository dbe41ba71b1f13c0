#include "core/data/feature_table.hpp"

#include <gtest/gtest.h>

namespace freshet {
namespace {

item described(std::string category, double price) {
  item made;
  made.category = std::move(category);
  made.price = price;
  return made;
}

std::vector<std::string> features_of(const item_features& features, std::uint32_t row) {
  std::vector<std::string> names;
  for (const auto column : features.values.row(row).columns) names.push_back(features.names[column]);
  return names;
}

TEST(feature_table, names_what_at_least_two_items_share) {
  feature_table table(4);
  table.add(item_row{0}, described("Kitchen", 5));
  table.add(item_row{2}, described("Kitchen", 5));
  table.add(item_row{3}, described("Garden", 900));
  const auto features = table.finish();
  EXPECT_EQ(features.values.rows(), 4U);
  EXPECT_EQ(features_of(features, 0), (std::vector<std::string>{"category:Kitchen", "price:tenth 1"}));
  EXPECT_EQ(features_of(features, 2), features_of(features, 0));
  EXPECT_TRUE(features_of(features, 1).empty());
  EXPECT_TRUE(features_of(features, 3).empty());
}

TEST(feature_table, takes_attributes_by_their_type_and_leaves_prose_out) {
  feature_table table(2);
  for (const auto row : {item_row{0}, item_row{1}}) {
    item made;
    made.attributes = {{"colour", std::string("red")},
                       {"fragile", true},
                       {"heavy", false},
                       {"story", std::string(65, 'x')},
                       {std::string(300, 'n'), true},
                       {"weight", double{row == item_row{0} ? 1.0 : 2.0}}};
    table.add(row, made);
  }
  const auto features = table.finish();
  EXPECT_EQ(features.names, (std::vector<std::string>{"colour:red", "fragile"}));
}

TEST(feature_table, does_not_depend_on_the_order_of_the_items) {
  feature_table forwards(3), backwards(3);
  const std::vector<item> items{described("a", 1), described("b", 2), described("a", 1)};
  for (std::uint32_t row = 0; row < 3; ++row) forwards.add(item_row{row}, items[row]);
  for (std::uint32_t row = 3; row-- > 0;) backwards.add(item_row{row}, items[row]);
  EXPECT_EQ(forwards.finish().names, backwards.finish().names);
  EXPECT_EQ(forwards.finish().values.hash(), backwards.finish().values.hash());
}

TEST(feature_index, gives_an_item_that_came_later_the_columns_of_one_that_is_like_it) {
  std::vector<item> items;
  for (int number = 0; number < 40; ++number) {
    items.push_back(described(number % 2 == 0 ? "Kitchen" : "Garden", number));
    items.back().attributes = {{"fragile", number % 3 == 0}};
  }
  feature_table table(items.size());
  std::vector<const item*> known{nullptr};
  for (std::uint32_t row = 0; row < items.size(); ++row) {
    table.add(item_row{row}, items[row]);
    known.push_back(&items[row]);
  }
  const auto features = table.finish();
  const feature_index index(features.names, known);
  for (std::uint32_t row = 0; row < items.size(); ++row) {
    std::vector<std::string> names;
    for (const auto& [column, value] : index.features_of(items[row])) {
      names.push_back(features.names[to_integer(column)]);
      EXPECT_EQ(value, 1);
    }
    EXPECT_EQ(names, features_of(features, row)) << row;
  }
  EXPECT_EQ(index.features_of(described("Cellar", 1e6)).size(), 1U) << "dearer than all: the last tenth";
  EXPECT_TRUE(index.features_of({}).empty());
}

TEST(feature_table, of_nothing_is_empty) {
  EXPECT_TRUE(feature_table(0).finish().names.empty());
  EXPECT_EQ(feature_table(2).finish().values.rows(), 2U);
}

}  // namespace
}  // namespace freshet
