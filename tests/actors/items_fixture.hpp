// What: a store in a directory of its own, a catalogue, and requests by hand, for the tests of actors about items and
// users.
#pragma once

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <memory>
#include <string>

#include "actors/generation/item_catalogue.hpp"
#include "io/store/event_store.hpp"
#include "tests/support/recording_exchange.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {

struct small_store : ::testing::Test {
  small_store() {
    auto opened = event_store::open(directory / "db", {});
    EXPECT_TRUE(opened) << opened.failure().message;
    store = std::move(*opened);
  }

  static identified_event touch(const std::string& user, const std::string& item, unix_seconds ts,
                                const std::string& type = "", std::int32_t qty = 1) {
    event value{.user_id = user, .item_id = item, .ts = ts, .qty = qty};
    value.event_type = type;
    return {value, user + item + std::to_string(ts) + type};
  }
  void apply(std::vector<identified_event> events) {
    ingest_batch batch;
    batch.events = std::move(events);
    EXPECT_TRUE(store->apply(batch, true));
  }
  item_index put(const std::string& id, std::map<std::string, attribute_value> attributes = {}) {
    item made;
    made.item_id = id;
    made.title = "The " + id;
    made.attributes = std::move(attributes);
    const auto numbers = store->put_items({&made, 1});
    EXPECT_TRUE(numbers);
    catalogue.update(numbers->front(), made);
    return numbers->front();
  }

  temporary_directory directory;
  std::unique_ptr<event_store> store;
  item_catalogue catalogue;
  manual_clock time{1'700'000'000};
};

inline boost::json::value body_of(const http::response& answer) {
  return answer.body.empty() ? boost::json::value() : boost::json::parse(answer.body);
}

}  // namespace freshet::testing
