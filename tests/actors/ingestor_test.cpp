#include "actors/ingestor.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/support/scripted_source.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

std::string event_of(const std::string& user, const std::string& item, const std::string& id = "") {
  return R"({"user_id":")" + user + R"(","item_id":")" + item + R"(","ts":1700000000)" +
         (id.empty() ? "" : R"(,"event_id":")" + id + '"') + "}";
}

struct the_ingestor : ::testing::Test {
  the_ingestor() : store(open_store()) {}

  std::unique_ptr<event_store> open_store() {
    auto opened = event_store::open(directory / "db", {});
    EXPECT_TRUE(opened) << opened.failure().message;
    return std::move(*opened);
  }
  ingestor make() {
    return ingestor({.store = store.get(),
                     .source = &source,
                     .visible = visible,
                     .measured = &measured,
                     .journal = journal.get(),
                     .ready = &ready,
                     .control = &control,
                     .time = &time,
                     .batch_records_max = 10,
                     .sync_every_batch = true});
  }
  std::size_t events_of(const std::string& user) {
    const auto index = store->find_user(user).value();
    return index ? store->history(*index).value().size() : 0;
  }

  testing::temporary_directory directory;
  std::unique_ptr<event_store> store;
  testing::scripted_source source;
  std::shared_ptr<visibility> visible = std::make_shared<visibility>(2, [](const applied_batch&) {});
  metrics measured;
  std::shared_ptr<log> journal = log::to_stderr("ERROR");
  health ready;
  ingestion_control control;
  system_clock time;
};

TEST_F(the_ingestor, tells_which_items_were_touched_and_how_far_the_log_is_counted) {
  source.append(event_of("bob", "x", "e1"));
  source.append(event_of("bob", "x", "e1"));
  source.append(R"({"user_id":"bob","item_id":"y","ts":1700000000,"qty":-1})");
  source.append(event_of("ada", "z"));
  auto logic = make();
  const auto touched = logic.round();
  ASSERT_TRUE(touched);
  const auto number = [&](const char* id) { return *store->find_item(id).value(); };
  EXPECT_EQ(touched->items->touches, (std::vector<std::pair<item_index, unix_seconds>>{{number("x"), 1'700'000'000},
                                                                                       {number("z"), 1'700'000'000}}))
      << "neither a duplicate nor a return is demand";
  EXPECT_EQ(touched->items->source, "shop");
  EXPECT_EQ(touched->items->next_offset, 4);
}

TEST_F(the_ingestor, remembers_what_it_applied_last) {
  source.append(event_of("bob", "x", "e1"));
  source.append(event_of("bob", "x", "e1"));
  source.append(event_of("ada", "y"));
  source.append("no event");
  auto logic = make();
  const auto listed = [&] {
    return boost::json::parse(logic.list_recent({.call = nullptr, .asked = {}}).body).at("events").as_array();
  };
  EXPECT_TRUE(listed().empty());
  ASSERT_TRUE(logic.round());
  const auto events = listed();
  ASSERT_EQ(events.size(), 2U) << "neither what was there before nor what is none";
  EXPECT_EQ(events[0].at("user_id").as_string(), "ada");
  EXPECT_EQ(events[0].at("offset"), 2);
  EXPECT_EQ(events[1].at("user_id").as_string(), "bob");
  EXPECT_EQ(events[1].at("event_id").as_string(), "e1");
}

TEST_F(the_ingestor, rests_while_it_is_paused_and_says_so) {
  source.append(event_of("bob", "x"));
  auto logic = make();
  logic.pause_by_command(true);
  EXPECT_FALSE(logic.round());
  EXPECT_GT(logic.pause().count(), 0);
  EXPECT_EQ(events_of("bob"), 0U);
  ASSERT_EQ(ready.checks().size(), 1U);
  EXPECT_EQ(ready.checks()[0].message, "paused by command");
  auto successor = make();
  EXPECT_FALSE(successor.round()) << "a restarted ingestor stays paused";

  logic.pause_by_command(false);
  EXPECT_TRUE(logic.round());
  EXPECT_EQ(events_of("bob"), 1U);
  EXPECT_EQ(ready.checks()[0].message, "ok");
  EXPECT_EQ(control.partitions().size(), 1U);
}

TEST_F(the_ingestor, tells_how_far_behind_it_falls_while_it_is_paused) {
  source.append(event_of("bob", "x"));
  auto logic = make();
  ASSERT_TRUE(logic.round());
  logic.pause_by_command(true);
  source.append(event_of("bob", "y"));
  EXPECT_FALSE(logic.round());
  ASSERT_EQ(control.partitions().size(), 1U);
  EXPECT_EQ(control.partitions()[0].position, 1);
  EXPECT_EQ(control.partitions()[0].end, 2);
}

TEST_F(the_ingestor, applies_a_batch_and_names_whom_it_touched) {
  source.append(event_of("bob", "x"));
  source.append(event_of("ada", "y"));
  source.append(event_of("bob", "z"));
  auto logic = make();
  const auto touched = logic.round();
  ASSERT_TRUE(touched);
  EXPECT_EQ(touched->user_ids, (std::vector<std::string>{"ada", "bob"}));
  EXPECT_EQ(events_of("bob"), 2U);
  EXPECT_EQ(store->position("shop", partition_id{0}), 3);
  EXPECT_EQ(source.hint(), 3);
  EXPECT_TRUE(ready.ready());
}

TEST_F(the_ingestor, takes_no_more_at_once_than_it_is_told) {
  for (int i = 0; i < 25; ++i) source.append(event_of("ada", "item " + std::to_string(i)));
  auto logic = make();
  ASSERT_TRUE(logic.round());
  EXPECT_EQ(events_of("ada"), 10U);
  ASSERT_TRUE(logic.round());
  EXPECT_EQ(events_of("ada"), 20U);
}

TEST_F(the_ingestor, goes_on_where_the_store_says_not_where_the_source_was) {
  source.append(event_of("ada", "x"));
  { make().round(); }
  source.append(event_of("ada", "y"));
  auto next = make();
  const auto touched = next.round();
  ASSERT_TRUE(touched);
  EXPECT_EQ(events_of("ada"), 2U);
  EXPECT_FALSE(next.round()) << "nothing is left";
}

TEST_F(the_ingestor, drops_a_repeated_event_and_touches_nobody_for_it) {
  source.append(event_of("ada", "x", "order-1"));
  source.append(event_of("ada", "x", "order-1"));
  auto logic = make();
  ASSERT_TRUE(logic.round());
  EXPECT_EQ(events_of("ada"), 1U);
  source.append(event_of("ada", "x", "order-1"));
  const auto again = logic.round();
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->user_ids.empty());
}

TEST_F(the_ingestor, sets_a_poison_record_aside_with_its_bytes_and_goes_on) {
  source.append("{\"user_id\": broken");
  source.append(event_of("ada", "x"));
  auto logic = make();
  ASSERT_TRUE(logic.round());
  EXPECT_EQ(events_of("ada"), 1U);
  const auto letters = store->waiting_dead_letters(10).value();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].letter.bytes, "{\"user_id\": broken");
  EXPECT_EQ(letters[0].letter.offset, 0);
  EXPECT_EQ(letters[0].letter.reason, "not_json");
}

TEST_F(the_ingestor, says_why_it_pauses_and_recovers) {
  source.append(event_of("ada", "x"));
  source.fail_next({error_code::unavailable, "no broker answers"});
  auto logic = make();
  EXPECT_FALSE(logic.round());
  EXPECT_GT(logic.pause().count(), 0);
  EXPECT_FALSE(ready.checks()[0].ok);
  EXPECT_EQ(ready.checks()[0].message, "no broker answers");
  EXPECT_TRUE(ready.ready()) << "answers go on";
  EXPECT_TRUE(logic.round());
  EXPECT_TRUE(ready.checks()[0].ok);
}

TEST_F(the_ingestor, stops_polling_without_credit) {
  for (int number = 0; number < 30; ++number) source.append(event_of("ada", std::to_string(number)));
  auto logic = make();
  auto first = logic.round();
  auto second = logic.round();
  ASSERT_TRUE(first && second);
  EXPECT_FALSE(logic.round()) << "two batches are under way";
  first.reset();
  EXPECT_TRUE(logic.round());
  EXPECT_EQ(events_of("ada"), 30U);
}

}  // namespace
}  // namespace freshet
