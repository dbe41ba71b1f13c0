#include "io/files/column_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::optional<std::size_t> column_of(const event_columns& bound, event_field field) {
  return bound[static_cast<std::size_t>(field)];
}

TEST(column_map, parses_what_the_command_line_gives) {
  const auto map = parse_event_columns("user_id=CustomerID,ts=Invoice Date");
  ASSERT_TRUE(map) << map.failure().message;
  EXPECT_THAT(*map, ElementsAre(Pair("ts", "Invoice Date"), Pair("user_id", "CustomerID")));
  EXPECT_TRUE(parse_event_columns("")->empty());
}

TEST(column_map, refuses_unknown_fields_by_naming_the_known) {
  const auto map = parse_event_columns("customer=CustomerID");
  ASSERT_FALSE(map);
  EXPECT_THAT(map.failure().message,
              HasSubstr("\"customer\" is not a field; the fields are user_id, item_id, ts, qty"));
  EXPECT_THAT(parse_item_columns("ts=x").failure().message, HasSubstr("item_id, title, category"));
}

TEST(column_map, refuses_what_is_no_mapping) {
  for (const char* text : {"user_id", "user_id=", "=x", "user_id=a,,ts=b", "user_id=a,user_id=b"}) {
    EXPECT_FALSE(parse_event_columns(text)) << text;
  }
}

TEST(column_map, unmapped_fields_are_found_by_name_then_by_spelling) {
  const std::vector<std::string> columns{"userId", "user_id", "product_id", "timestamp", "quantity"};
  const auto bound = bind_event_columns(columns, {}, "f");
  ASSERT_TRUE(bound) << bound.failure().message;
  EXPECT_EQ(column_of(*bound, event_field::user_id), 1u);
  EXPECT_EQ(column_of(*bound, event_field::item_id), 2u);
  EXPECT_EQ(column_of(*bound, event_field::ts), 3u);
  EXPECT_EQ(column_of(*bound, event_field::qty), 4u);
  EXPECT_EQ(column_of(*bound, event_field::event_type), std::nullopt);
}

TEST(column_map, a_mapped_column_is_not_taken_again_by_its_spelling) {
  const std::vector<std::string> columns{"id", "item_id", "time"};
  const auto bound = bind_event_columns(columns, {{"user_id", "id"}}, "f");
  ASSERT_TRUE(bound) << bound.failure().message;
  EXPECT_EQ(column_of(*bound, event_field::user_id), 0u);
  EXPECT_EQ(column_of(*bound, event_field::event_id), std::nullopt);
}

TEST(column_map, a_missing_column_is_refused_with_the_columns_there_are_and_how_to_map) {
  const std::vector<std::string> columns{"CustomerID", "item_id", "ts"};
  const auto bound = bind_event_columns(columns, {}, "shop.csv");
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.failure().message,
            "shop.csv has no column user_id; it has CustomerID, item_id, ts; name the right one with --event-columns "
            "user_id=COLUMN");
  const auto mapped = bind_event_columns(columns, {{"user_id", "Customer"}}, "shop.csv");
  ASSERT_FALSE(mapped);
  EXPECT_EQ(mapped.failure().message,
            "shop.csv has no column \"Customer\" for user_id; it has CustomerID, item_id, ts");
  EXPECT_FALSE(bind_item_columns(std::vector<std::string>{"sku"}, {}, {}, "items.csv"));
}

TEST(column_map, a_needed_column_that_is_there_twice_is_refused) {
  const std::vector<std::string> columns{"user_id", "item_id", "ts", "user_id"};
  EXPECT_THAT(bind_event_columns(columns, {}, "f").failure().message, HasSubstr("two columns \"user_id\""));
}

TEST(column_map, every_other_column_of_items_is_an_attribute) {
  const std::vector<std::string> columns{"", "sku", "title", "color", "CustomerID", "item_id"};
  const auto bound = bind_item_columns(columns, {{"item_id", "sku"}}, std::vector<std::string>{"CustomerID"}, "f");
  ASSERT_TRUE(bound) << bound.failure().message;
  EXPECT_EQ(bound->fields[static_cast<std::size_t>(item_field::item_id)], 1u);
  EXPECT_EQ(bound->fields[static_cast<std::size_t>(item_field::title)], 2u);
  EXPECT_THAT(bound->attributes, ElementsAre(3u));
}

}  // namespace
}  // namespace freshet
