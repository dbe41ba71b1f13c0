// `freshet export`: what is in the database, no more and no less, in files that give it back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <ctime>
#include <map>
#include <set>
#include <sstream>

#include "io/files/atomic_file.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using lines = std::multiset<std::string>;

class exporting : public ::testing::Test {
 protected:
  command_result freshet(const std::vector<std::string>& arguments) {
    return run_freshet(arguments, directory_.path());
  }
  command_result succeed(const std::vector<std::string>& arguments) {
    auto done = freshet(arguments);
    EXPECT_EQ(done.exit_code, 0) << arguments.front() << ": " << done.errors;
    return done;
  }
  void ingest(const std::string& name, const std::string& content, const std::string& db = "db") {
    ASSERT_TRUE(write_file_atomically(directory_ / name, content));
    succeed({"ingest", "--events", name, "--db", db});
  }
  lines lines_of(const std::string& name) const {
    std::istringstream text(*read_file(directory_ / name));
    lines found;
    for (std::string line; std::getline(text, line);) found.insert(line);
    return found;
  }
  lines exported(const std::string& db, const std::string& name = "all.ndjson") {
    succeed({"export", "--db", db, "--events", name});
    return lines_of(name);
  }
  static std::string event(const std::string& user, const std::string& id, std::time_t ts = 1'700'000'000) {
    return R"({"user_id":")" + user + R"(","item_id":"lamp","ts":)" + std::to_string(ts) + R"(,"qty":1,"event_id":")" +
           id + "\"}";
  }

  temporary_directory directory_;
};

TEST(export_of_a_shop, gives_the_same_histories_back_in_every_format) {
  small_shop shop;
  shop.ingest();
  const auto text_of = [&](const std::string& name) { return *read_file(shop.path(name)); };
  const auto done = shop.run({"export", "--db", "db", "--events", "all.ndjson", "--items", "items.ndjson", "--json"});
  const auto counts = boost::json::parse(done.output);
  EXPECT_EQ(counts.at("users").as_int64(), 200);
  EXPECT_EQ(counts.at("items").as_int64(), 80);

  // As `inspect` tells it, which reads by user and shares nothing with the writers.
  std::map<std::string, boost::json::array> by_user;
  std::istringstream all(text_of("all.ndjson"));
  std::int64_t events = 0;
  for (std::string line; std::getline(all, line); ++events) {
    auto each = boost::json::parse(line);
    auto& of_user = by_user[std::string(each.at("user_id").as_string())];
    of_user.insert(of_user.begin(), std::move(each));
  }
  EXPECT_EQ(events, counts.at("events").as_int64());
  const auto held = boost::json::parse(shop.run({"inspect", "--db", "db", "--json"}).output);
  EXPECT_EQ(events, held.at("events").as_int64());
  for (const auto* user : {"u1", "u100", "u200"}) {
    const auto seen =
        boost::json::parse(shop.run({"inspect", "--db", "db", "--user", user, "--limit", "100000", "--json"}).output);
    EXPECT_EQ(by_user[user], seen.at("events").as_array()) << user;
  }

  for (const auto* name : {"e.parquet", "e.csv.gz", "e.ndjson.zst"}) {
    const std::string copy = std::string(name) + ".db";
    shop.run({"export", "--db", "db", "--events", name});
    shop.run({"ingest", "--events", name, "--items", "items.ndjson", "--db", copy});
    shop.run({"export", "--db", copy, "--events", "copy.ndjson", "--items", "copy_items.ndjson"});
    EXPECT_EQ(text_of("copy.ndjson"), text_of("all.ndjson")) << name;
    const auto sorted = [&](const std::string& file) {
      std::istringstream text(text_of(file));
      lines found;
      for (std::string line; std::getline(text, line);) found.insert(line);
      return found;
    };
    EXPECT_EQ(sorted("copy_items.ndjson"), sorted("items.ndjson")) << name;
    const auto again = boost::json::parse(shop.run({"ingest", "--events", name, "--db", "db", "--json"}).output);
    EXPECT_EQ(again.at("events").at("duplicates").as_int64(), events) << name;
  }
}

TEST_F(exporting, leaves_out_what_has_expired_and_who_was_erased) {
  const auto now = std::time(nullptr);
  ingest("e.ndjson", event("ada", "old", now - 40 * 86'400) + "\n" + event("ada", "new", now - 86'400) + "\n" +
                         event("bob", "gone", now - 86'400) + "\n" + event("eve", "expired", now - 40 * 86'400) + "\n");
  EXPECT_EQ(exported("db").size(), 4U);
  succeed({"gdpr", "delete-user", "--user-id", "bob", "--db", "db", "--yes"});
  EXPECT_EQ(exported("db").size(), 3U);
  // By the environment nothing is removed: it is a matter of reading.
  ASSERT_TRUE(write_file_atomically(directory_ / "retention.yaml", "retention: {days: 30}\n"));
  succeed({"export", "--db", "db", "--events", "recent.ndjson", "--config", "retention.yaml"});
  EXPECT_THAT(lines_of("recent.ndjson"), ElementsAre(event("ada", "new", now - 86'400)));
  EXPECT_EQ(exported("db").size(), 3U);
  succeed({"configure", "--retention-days", "30", "--db", "db"});
  EXPECT_THAT(exported("db"), ElementsAre(event("ada", "new", now - 86'400)));
}

TEST_F(exporting, reads_beside_the_service_that_owns_the_database) {
  service_process service(directory_.path());
  ASSERT_EQ(service.post("/v1/events?wait=visible", event("ada", "one")).status, 202U);
  EXPECT_THAT(exported("db", "made/for/it.ndjson"), Contains(event("ada", "one")));
  EXPECT_EQ(service.stop(), 0);
}

TEST_F(exporting, that_fails_says_why_and_leaves_nothing) {
  const auto nothing = freshet({"export", "--db", "db", "--events", "e.parquet"});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_THAT(nothing.errors, HasSubstr("db"));
  ingest("e.ndjson", event("ada", "one"));
  EXPECT_EQ(freshet({"export", "--db", "db"}).exit_code, 2);
  EXPECT_EQ(freshet({"export", "--db", "db", "--events", "events.xls"}).exit_code, 2);
  EXPECT_EQ(freshet({"export", "--db", "db", "--items", "items.csv"}).exit_code, 2);
  const auto no_place = freshet({"export", "--db", "db", "--items", "e.ndjson/place.ndjson"});
  EXPECT_EQ(no_place.exit_code, 1);
  EXPECT_THAT(no_place.errors, HasSubstr("e.ndjson/place.ndjson"));
  std::set<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(directory_.path())) {
    names.insert(each.path().filename().string());
  }
  for (const auto* never : {"e.parquet", "events.xls", "items.csv", "tmp"}) {
    EXPECT_THAT(names, Not(Contains(HasSubstr(never))));
  }
}

}  // namespace
}  // namespace freshet::testing
