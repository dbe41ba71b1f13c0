#include "actors/trend_counter.hpp"

#include "tests/actors/items_fixture.hpp"

namespace freshet {
namespace {

using testing::body_of;

constexpr unix_seconds now = 1'700'000'000;
constexpr unix_seconds hour = 3600;

struct the_trend_counter : testing::small_store {
  trend_counter make() {
    trend_counter made(
        {.store = store.get(), .catalogue = &catalogue, .time = &time, .ready = &ready, .journal = journal.get()});
    EXPECT_TRUE(made.count_everything());
    return made;
  }
  std::vector<std::string> popular(const trend_counter& logic, http::popularity_request asked = {}) {
    std::vector<std::string> ids;
    const auto answer = logic.answer(asked, testing::make_request(http::method::get, "/v1/popular"));
    EXPECT_EQ(answer.status, 200U) << answer.body;
    const auto body = body_of(answer);
    for (const auto& each : body.at("items").as_array()) ids.emplace_back(each.at("item_id").as_string());
    return ids;
  }

  health ready;
  std::shared_ptr<log> journal = log::to_stderr("ERROR");
};

using strings = std::vector<std::string>;

TEST_F(the_trend_counter, counts_what_the_store_holds) {
  apply({touch("ada", "lamp", now), touch("bob", "lamp", now - hour), touch("ada", "chair", now),
         touch("ada", "table", now - 100 * hour), touch("bob", "table", now - 100 * hour),
         touch("carl", "table", now - 100 * hour), touch("ada", "chair", now - 1, "return", -1)});
  const auto logic = make();
  EXPECT_EQ(popular(logic), (strings{"lamp", "chair"}));
  EXPECT_EQ(popular(logic, {.window = std::nullopt}), (strings{"table", "lamp", "chair"}));
  EXPECT_EQ(popular(logic, {.window = std::nullopt, .k = 1}), (strings{"table"}));
  EXPECT_EQ(popular(logic, {.trending = true}).front(), "lamp");
}

TEST_F(the_trend_counter, counts_every_batch_once_whether_the_store_held_it_already) {
  ingest_batch batch;
  batch.events = {touch("ada", "lamp", now)};
  batch.positions = {{"shop", partition_id{0}, 5}};
  ASSERT_TRUE(store->apply(batch, true));
  auto logic = make();
  const auto lamp = *store->find_item("lamp").value();
  const auto chair = store->intern_items(std::vector<std::string>{"chair"}).value().front();
  logic.count({"shop", partition_id{0}, 5, {{lamp, now}}});
  EXPECT_EQ(popular(logic), (strings{"lamp"}));
  logic.count({"shop", partition_id{0}, 7, {{chair, now}, {chair, now}}});
  EXPECT_EQ(popular(logic), (strings{"chair", "lamp"}));
  logic.count({"shop", partition_id{1}, 1, {{lamp, now}, {lamp, now}}});
  EXPECT_EQ(popular(logic), (strings{"lamp", "chair"}));
}

TEST_F(the_trend_counter, lists_only_what_may_be_shown_and_what_the_filter_wants) {
  const auto lamp = put("lamp", {{"color", "red"}});
  put("chair", {{"color", "red"}, {"hidden", true}});
  put("table", {{"color", "blue"}});
  apply({touch("ada", "lamp", now), touch("ada", "chair", now), touch("ada", "table", now), touch("ada", "new", now)});
  const auto logic = make();
  EXPECT_EQ(popular(logic), (strings{"lamp", "table", "new"}));
  EXPECT_EQ(popular(logic, {.filter = "color = \"red\""}), (strings{"lamp"}));
  catalogue.erase(lamp);
  EXPECT_EQ(popular(logic), (strings{"table", "new"}));
  const auto wrong = logic.answer({.filter = "color >"}, testing::make_request(http::method::get, "/v1/popular"));
  EXPECT_EQ(wrong.status, 400U);
}

TEST_F(the_trend_counter, is_not_led_astray_by_a_clock_that_runs_ahead) {
  apply({touch("ada", "lamp", now), touch("bob", "chair", now + 20 * hour)});
  const auto logic = make();
  EXPECT_EQ(popular(logic, {.window = std::chrono::hours(1)}), (strings{"lamp", "chair"}));
}

TEST_F(the_trend_counter, says_nothing_without_events) {
  const auto logic = make();
  EXPECT_EQ(popular(logic), strings{});
  EXPECT_EQ(popular(logic, {.trending = true}), strings{});
}

}  // namespace
}  // namespace freshet
