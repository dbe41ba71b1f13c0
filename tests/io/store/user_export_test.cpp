#include "io/store/user_export.hpp"

#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;

TEST(user_export, holds_every_event_oldest_first_and_every_item_once) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto lamp = named_item("lamp", "Lamp");
  lamp.category = "Light";
  lamp.price = 9.5;
  ASSERT_TRUE(store->put_items(std::vector<item>{lamp}));
  event bare{.user_id = "ada", .item_id = "chair", .ts = 1'700'000'010, .qty = 2};
  event full{.user_id = "ada",
             .item_id = "lamp",
             .ts = 1'700'000'000,
             .event_type = "rating",
             .value = 4.5F,
             .event_id = "e1",
             .session_id = "s",
             .recommendation_id = "r",
             .properties = R"({"a":1})"};
  auto again = full;
  again.ts = 1'700'000'020;
  again.event_id = "e2";
  ASSERT_TRUE(store->apply(batch_of({{bare, "1"}, {full, "2"}, {again, "3"}, purchase("bob", "lamp", 5, "4")}), true));
  EXPECT_EQ(
      expect_value(export_user(*store, "ada", 1'700'000'100)),
      R"({"user_id":"ada","events":[)"
      R"({"item_id":"lamp","timestamp":1700000000,"quantity":1,"event_type":"rating","value":4.5,"event_id":"e1",)"
      R"("session_id":"s","recommendation_id":"r","properties":{"a":1}},)"
      R"({"item_id":"chair","timestamp":1700000010,"quantity":2},)"
      R"({"item_id":"lamp","timestamp":1700000020,"quantity":1,"event_type":"rating","value":4.5,"event_id":"e2",)"
      R"("session_id":"s","recommendation_id":"r","properties":{"a":1}}],)"
      R"("items":[{"item_id":"lamp","category":"Light","brand":null,"price":9.5,"img_url":null},)"
      R"({"item_id":"chair","category":null,"brand":null,"price":null,"img_url":null}],)"
      R"("export_timestamp":1700000100,"export_date":"2023-11-14T22:15:00Z"})");
  EXPECT_FALSE(expect_value(export_user(*store, "nobody", 0)));
}

}  // namespace
}  // namespace freshet
