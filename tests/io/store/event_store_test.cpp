#include "io/store/event_store.hpp"

#include <unistd.h>

#include <fstream>

#include "tests/io/store/store_fixture.hpp"

namespace freshet {
namespace {

using namespace testing;

/// The items of a history in its order.
std::string words_of(const event_store& store, user_index user) {
  std::string words;
  for (const auto& event : expect_value(store.history(user))) words += expect_value(store.item_id(event.item)) + " ";
  return words;
}

TEST(event_store, gives_back_everything_an_event_held) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  event full{.user_id = "u",
             .item_id = "i",
             .ts = 1'700'000'000,
             .qty = -3,
             .event_type = "rating",
             .value = 4.5F,
             .event_id = "e1",
             .session_id = "s",
             .recommendation_id = "r",
             .properties = R"({"a":1})"};
  event plain{.user_id = "u", .item_id = "i", .ts = 1'700'000'001};
  ASSERT_TRUE(store->apply(batch_of({{full, "id:e1"}, {plain, "content:1"}}), true));

  const auto user = expect_value(store->find_user("u"));
  ASSERT_TRUE(user);
  const auto events = expect_value(store->events(*user, 10, std::nullopt));
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].value, plain);
  EXPECT_EQ(events[1].value, full);
}

TEST(event_store, is_the_same_after_it_was_opened_again) {
  const temporary_directory directory;
  naive_store oracle;
  {
    auto store = open_store(directory / "db");
    ingest_batch batch;
    for (std::uint64_t n = 0; n < 500; ++n) {
      batch.events.push_back(numbered_event(n));
      oracle.apply(batch.events.back().value, batch.events.back().identity);
    }
    batch.positions = {{"topic", partition_id{3}, 500}};
    oracle.set_position("topic", 3, 500);
    ASSERT_TRUE(store->apply(batch, true));
    expect_equal(*store, oracle);
  }
  const auto store = open_store(directory / "db");
  expect_equal(*store, oracle);
  EXPECT_EQ(store->event_types().front(), "");
}

TEST(event_store, tells_what_a_batch_did) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const auto first = expect_value(store->apply(
      batch_of({purchase("b", "x", 5, "1"), purchase("a", "x", 5, "1"), purchase("b", "x", 5, "1")}), true));
  EXPECT_EQ(first.applied, 2U) << "the same identity of two users is two events";
  EXPECT_EQ(first.duplicates, 1U);
  EXPECT_EQ(first.was_duplicate, (std::vector<bool>{false, false, true}));
  EXPECT_EQ(first.touched, (std::vector<user_index>{user_index{0}, user_index{1}}));

  const auto second =
      expect_value(store->apply(batch_of({purchase("b", "y", 9, "1"), purchase("a", "y", 9, "2")}), true));
  EXPECT_EQ(second.was_duplicate, (std::vector<bool>{true, false}));
  EXPECT_EQ(second.touched, (std::vector<user_index>{user_index{1}}));
  EXPECT_EQ(words_of(*store, user_index{0}), "x ") << "the first of two with one identity stays";
}

TEST(event_store, takes_no_number_for_an_item_that_only_a_duplicate_names) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ASSERT_TRUE(store->apply(batch_of({purchase("u", "x", 1, "1")}), true));
  ASSERT_TRUE(store->apply(batch_of({purchase("u", "never", 1, "1")}), true));
  EXPECT_FALSE(expect_value(store->find_item("never")));
}

TEST(event_store, orders_events_of_one_second_by_the_item_in_words) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ASSERT_TRUE(store->apply(batch_of({purchase("u", "pear", 7, "1"), purchase("u", "fig", 7, "2"),
                                     purchase("u", "apple", 7, "3"), purchase("u", "zebra", 6, "4")}),
                           true));
  EXPECT_EQ(words_of(*store, user_index{0}), "zebra apple fig pear ");
}

TEST(event_store, pages_through_events_newest_first) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ingest_batch batch;
  for (int n = 0; n < 300; ++n) {
    batch.events.push_back(purchase("u", "i", 100 + n / 7, std::to_string(n)));
    batch.events.push_back(purchase("other", "i", 100 + n / 7, std::to_string(n)));
  }
  ASSERT_TRUE(store->apply(batch, true));
  const auto user = *expect_value(store->find_user("u"));
  const auto whole = expect_value(store->events(user, 1000, std::nullopt));
  ASSERT_EQ(whole.size(), 300U);
  std::vector<std::uint64_t> paged;
  std::optional<event_cursor> cursor;
  for (;;) {
    const auto page = expect_value(store->events(user, 11, cursor));
    if (page.empty()) break;
    ASSERT_LE(page.size(), 11U);
    for (const auto& event : page) paged.push_back(event.key);
    cursor = event_cursor{page.back().value.ts, page.back().key};
  }
  ASSERT_EQ(paged.size(), whole.size());
  for (std::size_t i = 0; i < paged.size(); ++i) EXPECT_EQ(paged[i], whole[i].key);
  EXPECT_TRUE(
      std::is_sorted(whole.begin(), whole.end(), [](const auto& a, const auto& b) { return a.value.ts > b.value.ts; }));
}

TEST(event_store, visits_every_history_in_the_order_of_users) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ingest_batch batch;
  for (std::uint64_t n = 0; n < 400; ++n) batch.events.push_back(numbered_event(n));
  ASSERT_TRUE(store->apply(batch, true));
  std::vector<user_index> visited;
  ASSERT_TRUE(store->for_each_history([&](user_index user, std::span<const interaction> history) {
    visited.push_back(user);
    const auto alone = expect_value(store->history(user));
    EXPECT_EQ(alone.size(), history.size());
    for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(alone[i].key, history[i].key);
    return true;
  }));
  EXPECT_EQ(visited.size(), expect_value(store->counts()).users);
  EXPECT_TRUE(std::is_sorted(visited.begin(), visited.end()));

  std::size_t seen = 0;
  ASSERT_TRUE(store->for_each_history([&](auto, auto) { return ++seen < 3; }));
  EXPECT_EQ(seen, 3U);
}

TEST(event_store, keeps_what_is_known_of_items) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  item lamp{.item_id = "lamp",
            .title = "Lamp",
            .category = std::nullopt,
            .brand = "",
            .description = {},
            .img_url = {},
            .price = 9.5,
            .avg_star = {},
            .num_sold_time = 3,
            .attributes = {{"colour", "red"}, {"new", true}, {"w", 1.5}}};
  item old = lamp;
  old.title = "Old lamp";
  item chair{.item_id = "chair",
             .title = {},
             .category = {},
             .brand = {},
             .description = {},
             .img_url = {},
             .price = {},
             .avg_star = {},
             .num_sold_time = {},
             .attributes = {}};
  const auto numbers = expect_value(store->put_items(std::vector<item>{old, chair, lamp}));
  EXPECT_EQ(numbers, (std::vector<item_index>{item_index{0}, item_index{1}, item_index{0}}));
  EXPECT_EQ(expect_value(store->find_metadata(item_index{0})), lamp);
  EXPECT_EQ(expect_value(store->find_metadata(item_index{1})), chair);
  EXPECT_FALSE(expect_value(store->find_metadata(item_index{2})));
  std::vector<std::string> visited;
  ASSERT_TRUE(store->for_each_item([&](item_index, const item& one) { visited.push_back(one.item_id); }));
  EXPECT_EQ(visited, (std::vector<std::string>{"lamp", "chair"}));
}

TEST(event_store, counts_an_item_once_whether_events_or_metadata_come_first) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ASSERT_TRUE(store->intern_items(std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(expect_value(store->counts()).items, 0U) << "a number alone is not an item of the shop";
  item b;
  b.item_id = "b";
  ASSERT_TRUE(store->put_items(std::vector<item>{b}));
  ASSERT_TRUE(store->apply(batch_of({purchase("u", "b", 1, "1"), purchase("u", "a", 1, "2")}), true));
  item a;
  a.item_id = "a";
  ASSERT_TRUE(store->put_items(std::vector<item>{a, b}));
  EXPECT_EQ(expect_value(store->counts()).items, 2U);
  EXPECT_EQ(expect_value(store->item_event_counts()), (std::vector<std::uint64_t>{1, 1, 0}));
}

TEST(event_store, forgets_an_item_until_it_is_put_again) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const auto lamp = expect_value(store->put_items(std::vector<item>{named_item("lamp", "Lamp")})).front();
  ASSERT_TRUE(store->apply(batch_of({purchase("u", "lamp", 1, "1")}), true));
  EXPECT_FALSE(expect_value(store->is_deleted(lamp)));
  ASSERT_TRUE(store->remove_items(std::vector<item_index>{lamp, lamp}));
  ASSERT_TRUE(store->remove_items(std::vector<item_index>{lamp})) << "again changes nothing";
  EXPECT_TRUE(expect_value(store->is_deleted(lamp)));
  EXPECT_EQ(expect_value(store->counts()).items, 0U);

  ASSERT_TRUE(store->apply(batch_of({purchase("u", "lamp", 2, "2")}), true));
  EXPECT_TRUE(expect_value(store->is_deleted(lamp))) << "a late event brings nobody back";
  EXPECT_EQ(expect_value(store->counts()).items, 0U);
  EXPECT_EQ(expect_value(store->history(user_index{0})).size(), 2U);

  const auto again = expect_value(store->put_items(std::vector<item>{named_item("lamp", "New lamp")})).front();
  EXPECT_EQ(again, lamp) << "the number stays";
  EXPECT_FALSE(expect_value(store->is_deleted(lamp)));
  EXPECT_EQ(expect_value(store->find_metadata(lamp))->title, "New lamp");
  EXPECT_EQ(expect_value(store->counts()).items, 1U);
  EXPECT_EQ(store->remove_items(std::vector<item_index>{item_index{7}}).failure().code, error_code::not_found);
}

TEST(event_store, visits_every_event_of_one_moment_and_tells_which_moment) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  auto first = batch_of({purchase("a", "x", 1, "1"), purchase("b", "y", 2, "2")});
  first.positions = {{"topic", partition_id{0}, 2}};
  ASSERT_TRUE(store->apply(first, true));
  auto second = batch_of({purchase("c", "x", 3, "3")});
  second.positions = {{"topic", partition_id{0}, 3}};

  std::vector<unix_seconds> times;
  const auto positions = expect_value(store->for_each_event([&](const interaction& each) {
    // What is applied meanwhile belongs to a later moment.
    if (times.empty()) {
      EXPECT_TRUE(store->apply(second, true));
    }
    times.push_back(each.ts);
    return true;
  }));
  EXPECT_EQ(times, (std::vector<unix_seconds>{1, 2}));
  ASSERT_EQ(positions.size(), 1U);
  EXPECT_EQ(positions[0].next_offset, 2);

  std::size_t seen = 0;
  EXPECT_EQ(expect_value(store->for_each_event([&](const auto&) { return ++seen < 2; }))[0].next_offset, 3);
  EXPECT_EQ(seen, 2U);
}

TEST(event_store, numbers_the_items_of_a_model_once) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  const std::vector<std::string> ids{"x", "y", "x"};
  const auto numbers = expect_value(store->intern_items(ids));
  EXPECT_EQ(numbers, (std::vector<item_index>{item_index{0}, item_index{1}, item_index{0}}));
  EXPECT_EQ(expect_value(store->intern_items(ids)), numbers);
  store.reset();
  EXPECT_EQ(expect_value(open_store(directory / "db")->intern_items(ids)), numbers);
}

TEST(event_store, keeps_dead_letters_until_they_are_removed) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ingest_batch batch;
  for (int n = 0; n < 3; ++n) {
    batch.dead_letters.push_back({.source = "topic",
                                  .partition = partition_id{1},
                                  .offset = n,
                                  .reason = "not_json",
                                  .message = "not JSON",
                                  .key = "k",
                                  .bytes = std::string("\0\xff", 2),
                                  .headers = {{"h", "v"}}});
  }
  batch.positions = {{"topic", partition_id{1}, 3}};
  ASSERT_TRUE(store->apply(batch, true));
  ASSERT_TRUE(store->apply(batch, true)) << "again: they are waiting already";
  auto waiting = expect_value(store->waiting_dead_letters(10));
  ASSERT_EQ(waiting.size(), 3U);
  EXPECT_EQ(waiting[2].letter.bytes, std::string("\0\xff", 2));
  EXPECT_EQ(waiting[2].letter.headers, batch.dead_letters[2].headers);
  EXPECT_EQ(expect_value(store->waiting_dead_letters(2)).size(), 2U);

  ASSERT_TRUE(store->remove_dead_letters(std::vector{waiting[0].sequence, waiting[0].sequence, waiting[2].sequence}));
  store.reset();
  store = open_store(directory / "db");
  EXPECT_EQ(expect_value(store->counts()).dead_letters, 1U);
  waiting = expect_value(store->waiting_dead_letters(10));
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].letter.offset, 1);
}

TEST(event_store, counts_event_types_beyond_its_limit_as_other) {
  const temporary_directory directory;
  auto store = open_store(directory / "db");
  ingest_batch batch;
  for (int n = 0; n < 1500; ++n) {
    batch.events.push_back(purchase("u", "i", n, std::to_string(n)));
    batch.events.back().value.event_type = "type " + std::to_string(n);
  }
  ASSERT_TRUE(store->apply(batch, true));
  const auto types = store->event_types();
  EXPECT_EQ(types.size(), 1002U) << "none, a thousand, and other";
  EXPECT_EQ(types.back(), "other");
  EXPECT_EQ(expect_value(store->events(user_index{0}, 1, std::nullopt))[0].value.event_type, "other");
}

TEST(event_store, folds_counters_without_changing_them) {
  const temporary_directory directory;
  naive_store oracle;
  auto store = open_store(directory / "db");
  for (std::uint64_t n = 0; n < 700; ++n) {
    const auto event = numbered_event(n);
    oracle.apply(event.value, event.identity);
    ASSERT_TRUE(store->apply(batch_of({event}), false));
  }
  store.reset();
  expect_equal(*open_store(directory / "db"), oracle);
}

TEST(event_store, refuses_a_file_and_says_how_to_export_it) {
  const temporary_directory directory;
  std::ofstream(directory / "old.db") << "DUCK";
  const auto opened = event_store::open(directory / "old.db", {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, error_code::invalid_argument);
  EXPECT_NE(opened.failure().message.find("COPY events TO 'events.parquet'"), std::string::npos);
  EXPECT_NE(opened.failure().message.find("freshet ingest"), std::string::npos);
}

TEST(event_store, refuses_a_second_owner_and_names_the_first) {
  const temporary_directory directory;
  const auto owner = open_store(directory / "db");
  const auto second = event_store::open(directory / "db", {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.failure().code, error_code::conflict);
  EXPECT_NE(second.failure().message.find("process " + std::to_string(::getpid())), std::string::npos);
}

TEST(event_store, says_when_there_is_no_database) {
  const temporary_directory directory;
  const auto opened = event_store::open(directory / "none", {.create_if_missing = false});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().code, error_code::not_found);
  EXPECT_FALSE(std::filesystem::exists(directory / "none"));
  const auto reader = event_store::open_reader(directory / "none");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.failure().code, error_code::not_found);
}

}  // namespace
}  // namespace freshet
