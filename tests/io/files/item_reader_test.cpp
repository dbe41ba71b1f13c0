#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/files/atomic_file.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/item_json.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class item_reader_test : public ::testing::Test {
 protected:
  struct items_and_bad_rows {
    std::vector<item> items;
    std::vector<bad_row> bad;
  };
  items_and_bad_rows read(const std::string& name, const std::string& content, const read_options& options = {}) {
    EXPECT_TRUE(write_file_atomically(directory_ / name, content));
    const auto reader = open_items((directory_ / name).string(), options);
    EXPECT_TRUE(reader) << reader.failure().message;
    items_and_bad_rows all;
    for (;;) {
      auto row = (*reader)->next();
      EXPECT_TRUE(row) << row.failure().message;
      if (!*row) return all;
      if (auto* value = std::get_if<item>(&**row)) all.items.push_back(std::move(*value));
      if (auto* bad = std::get_if<bad_row>(&**row)) all.bad.push_back(std::move(*bad));
    }
  }
  testing::temporary_directory directory_;
};

item lantern() {
  item out{.item_id = "71053", .title = "LANTERN, WHITE", .category = "home", .brand = "b", .description = "d"};
  out.img_url = "http://x/y.png";
  out.price = 3.39;
  out.avg_star = 4.5;
  out.num_sold_time = 12;
  out.attributes = {{"color", std::string("white")}, {"weight", 1.5}, {"fragile", true}, {"code", std::string("007")}};
  return out;
}

TEST_F(item_reader_test, reads_fields_and_attributes_from_csv) {
  const auto all = read("items.csv",
                        "item_id,title,category,brand,description,img_url,price,avg_star,num_sold_time,color,weight,"
                        "fragile,code,size\n"
                        "71053,\"LANTERN, WHITE\",home,b,d,http://x/y.png,3.39,4.5,12,white,1.5,true,007,\n");
  EXPECT_THAT(all.bad, IsEmpty());
  EXPECT_THAT(all.items, ElementsAre(lantern()));
}

TEST_F(item_reader_test, json_gives_an_item_back) {
  const auto decoded = decode_item_json(encode_item_json(lantern()));
  ASSERT_TRUE(std::holds_alternative<item>(decoded)) << std::get<row_problem>(decoded).reason;
  EXPECT_EQ(std::get<item>(decoded), lantern());
}

TEST_F(item_reader_test, in_json_a_text_stays_a_text_and_a_list_becomes_one) {
  const auto all =
      read("items.ndjson", "{\"item_id\":7,\"size\":\"42\",\"tags\":[\"a\",1],\"price\":null,\"new\":false}\n");
  EXPECT_THAT(all.bad, IsEmpty());
  ASSERT_THAT(all.items, SizeIs(1));
  EXPECT_EQ(all.items[0].item_id, "7");
  EXPECT_EQ(all.items[0].price, std::nullopt);
  EXPECT_THAT(all.items[0].attributes,
              ElementsAre(Pair("new", attribute_value(false)), Pair("size", attribute_value("42")),
                          Pair("tags", attribute_value("[\"a\",1]"))));
}

TEST_F(item_reader_test, columns_can_be_mapped_and_left_out) {
  const read_options options{.columns = *parse_item_columns("item_id=StockCode,title=Description,price=UnitPrice"),
                             .ignored_columns = {"CustomerID"}};
  const item expected{.item_id = "a", .title = "t", .price = 2.0, .attributes = {{"Country", std::string("UK")}}};
  EXPECT_THAT(read("i.csv", "StockCode,Description,UnitPrice,CustomerID,Country\na,t,2,17850,UK\n", options).items,
              ElementsAre(expected));
  EXPECT_THAT(
      read("i.ndjson",
           "{\"StockCode\":\"a\",\"Description\":\"t\",\"UnitPrice\":2,\"CustomerID\":1,\"Country\":\"UK\"}\n", options)
          .items,
      ElementsAre(expected));
}

TEST_F(item_reader_test, a_bad_row_says_where_and_why) {
  const auto all = read("items.csv", "item_id,price,title\n1,free,t\n,2,t\n3,inf,t\n4,4,\xff\n5,5,t\n");
  EXPECT_THAT(all.items, SizeIs(1));
  ASSERT_THAT(all.bad, SizeIs(4));
  EXPECT_EQ(all.bad[0].line, 2u);
  EXPECT_EQ(all.bad[0].kind, "bad_number");
  EXPECT_THAT(all.bad[0].reason, HasSubstr("price: \"free\" is not a finite number"));
  EXPECT_EQ(all.bad[1].kind, "bad_id");
  EXPECT_EQ(all.bad[2].kind, "bad_number");
  EXPECT_EQ(all.bad[3].kind, "bad_text");
}

TEST_F(item_reader_test, bad_json_is_a_bad_row) {
  const auto all =
      read("items.ndjson", "{\n[]\n{\"title\":\"t\"}\n{\"item_id\":\"\"}\n{\"item_id\":\"a\",\"price\":\"x\"}\n");
  EXPECT_THAT(all.items, IsEmpty());
  std::vector<std::string> kinds;
  for (const auto& bad : all.bad) kinds.emplace_back(bad.kind);
  EXPECT_THAT(kinds, ElementsAre("not_json", "not_an_object", "missing_field", "missing_field", "bad_number"));
}

TEST_F(item_reader_test, a_file_without_item_ids_is_refused) {
  ASSERT_TRUE(write_file_atomically(directory_ / "items.csv", "sku,title\n"));
  const auto refused = open_items((directory_ / "items.csv").string(), {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.failure().message, HasSubstr("no column item_id; it has sku, title"));
  EXPECT_THAT(refused.failure().message, HasSubstr("--item-columns item_id=COLUMN"));
}

}  // namespace
}  // namespace freshet
