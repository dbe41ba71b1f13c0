#include "actors/publisher.hpp"

#include "tests/actors/items_fixture.hpp"

namespace freshet {
namespace {

using testing::body_of;
using testing::recording_exchange;

struct the_publisher : testing::small_store {
  the_publisher()
      : logic({.sink = nullptr, .store = store.get(), .catalogue = &catalogue, .visible = {}, .time = &time}) {}

  http::response change(http::method verb, const std::string& id, const std::string& body = "") {
    const auto call = std::make_shared<recording_exchange>(testing::make_request(verb, "/v1/items/" + id, body));
    logic.change_item(call, id);
    return call->answer().value_or(http::response{.status = 0});
  }
  bool is_shown(item_index item) const {
    const auto bits = catalogue.servable(time.now_seconds());
    return !bits || ((*bits)[to_integer(item) / 64] >> to_integer(item) % 64 & 1) != 0;
  }

  publisher logic;
};

TEST_F(the_publisher, puts_a_new_item_and_replaces_a_known_one) {
  const auto made = change(http::method::put, "lamp", R"({"title":"Lamp","price":9.5})");
  EXPECT_EQ(made.status, 201U) << made.body;
  const auto number = *store->find_item("lamp").value();
  EXPECT_EQ(catalogue.view(number)->metadata().price, 9.5);
  const auto replaced = change(http::method::put, "lamp", R"({"title":"Old lamp"})");
  EXPECT_EQ(replaced.status, 200U) << replaced.body;
  EXPECT_EQ(body_of(replaced).at("title"), "Old lamp");
  EXPECT_EQ(store->find_metadata(number).value()->price, std::nullopt) << "a PUT keeps nothing of what was there";
  EXPECT_EQ(catalogue.view(number)->metadata().title, "Old lamp");
}

TEST_F(the_publisher, describes_an_item_that_was_known_from_events_alone) {
  apply({touch("ada", "lamp", 1)});
  EXPECT_EQ(change(http::method::patch, "lamp", R"({"title":"Lamp"})").status, 200U);
  EXPECT_EQ(store->find_metadata(*store->find_item("lamp").value()).value()->title, "Lamp");
}

TEST_F(the_publisher, patches_what_is_there) {
  const auto number = put("lamp", {{"color", "red"}});
  const auto answer = change(http::method::patch, "lamp", R"({"color":null,"hidden":true})");
  EXPECT_EQ(answer.status, 200U) << answer.body;
  const auto stored = *store->find_metadata(number).value();
  EXPECT_EQ(stored.title, "The lamp");
  EXPECT_EQ(stored.attributes, (std::map<std::string, attribute_value>{{"hidden", true}}));
  EXPECT_FALSE(is_shown(number));
  EXPECT_EQ(change(http::method::patch, "chair", "{}").status, 404U);
  EXPECT_EQ(change(http::method::patch, "lamp", R"({"price":"much"})").status, 400U);
  EXPECT_EQ(*store->find_metadata(number).value(), stored) << "a refused patch changes nothing";
}

TEST_F(the_publisher, deletes_an_item_and_lets_it_come_back) {
  const auto number = put("lamp");
  EXPECT_EQ(change(http::method::delete_, "lamp").status, 204U);
  EXPECT_TRUE(store->is_deleted(number).value());
  EXPECT_FALSE(is_shown(number));
  EXPECT_EQ(change(http::method::delete_, "lamp").status, 204U) << "whoever repeats it has what was asked for";
  EXPECT_EQ(change(http::method::patch, "lamp", "{}").status, 404U);
  EXPECT_EQ(change(http::method::delete_, "chair").status, 404U);

  EXPECT_EQ(change(http::method::put, "lamp", R"({"title":"New lamp"})").status, 201U);
  EXPECT_TRUE(is_shown(number));
  EXPECT_FALSE(store->is_deleted(number).value());
}

TEST_F(the_publisher, deletes_an_item_that_the_catalogue_has_not_heard_of) {
  apply({touch("ada", "lamp", 1)});
  const auto number = *store->find_item("lamp").value();
  EXPECT_EQ(change(http::method::delete_, "lamp").status, 204U);
  EXPECT_FALSE(catalogue.find("lamp"));
  ASSERT_TRUE(catalogue.refresh(*store));
  EXPECT_FALSE(catalogue.find("lamp"));
  EXPECT_FALSE(is_shown(number));
}

TEST_F(the_publisher, leaves_a_deleted_item_deleted_for_a_catalogue_that_is_filled_anew) {
  const auto lamp = put("lamp");
  const auto chair = put("chair");
  EXPECT_EQ(change(http::method::delete_, "lamp").status, 204U);
  item_catalogue filled;
  ASSERT_TRUE(filled.refresh(*store));
  EXPECT_FALSE(filled.find("lamp"));
  EXPECT_EQ(filled.find("chair"), chair);
  EXPECT_EQ((*filled.servable(time.now_seconds()))[0], std::uint64_t{1} << to_integer(chair));
  EXPECT_EQ(to_integer(lamp), 0U);
}

}  // namespace
}  // namespace freshet
