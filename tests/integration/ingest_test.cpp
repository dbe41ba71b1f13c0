// `freshet ingest` as people run it: files in, counts out, and what it promises when it is run again or stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "io/files/atomic_file.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;
using testing::child_process;
using testing::command_result;
using ::testing::HasSubstr;

constexpr const char* shop_columns = "user_id=CustomerID,item_id=StockCode,ts=InvoiceDate,qty=Quantity";
constexpr const char* shop_rows =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
    "536365,71053,\"LANTERN, WHITE\",6,2010-12-01 08:26:00,3.39,17850,United Kingdom\n"
    "536366,71053,LANTERN,6,2010-12-01 08:28:00,3.50,13047,France\n"
    "536366,71053,LANTERN,6,2010-12-01 08:28:00,3.50,13047,France\n";

class ingest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    EXPECT_TRUE(write_file_atomically(directory_ / name, content));
    return path(name);
  }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  command_result run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ingest");
    for (const char* more : {"--db", "db", "--json"}) arguments.emplace_back(more);
    return testing::run_freshet(arguments, directory_.path());
  }
  boost::json::value counts(const std::vector<std::string>& arguments) {
    const auto done = run(arguments);
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return boost::json::parse(done.output);
  }
  static std::int64_t number(const boost::json::value& document, const std::string& pointer) {
    return document.at_pointer(pointer).as_int64();
  }

  testing::temporary_directory directory_;
};

TEST_F(ingest, takes_a_foreign_file_as_events_and_items_and_again_changes_nothing) {
  const std::vector<std::string> command{"--events",        file("shop.csv", shop_rows),
                                         "--event-columns", shop_columns,
                                         "--items",         path("shop.csv"),
                                         "--item-columns",  "item_id=StockCode,title=Description,price=UnitPrice"};
  const auto first = counts(command);
  EXPECT_EQ(number(first, "/events/applied"), 4);
  EXPECT_EQ(number(first, "/items/applied"), 2);
  EXPECT_EQ(number(first, "/items/duplicates"), 2);
  EXPECT_EQ(number(first, "/database/users"), 2);
  const auto second = counts(command);
  EXPECT_EQ(number(second, "/events/applied"), 0);
  EXPECT_EQ(number(second, "/events/duplicates"), 4);
  EXPECT_EQ(second.at("database"), first.at("database"));
}

TEST_F(ingest, rows_that_two_files_share_are_kept_as_often_as_the_fuller_one_has_them) {
  const std::string header = "user_id,item_id,ts\n", row = "u,i,1291191960\n";
  const auto done = counts({"--events", file("a.csv", header + row), file("b.csv", header + row + row + row)});
  EXPECT_EQ(number(done, "/events/read"), 4);
  EXPECT_EQ(number(done, "/database/events"), 3);
}

TEST_F(ingest, bad_rows_are_counted_by_reason_and_written_aside) {
  const auto events = file("e.csv", "user_id,item_id,ts\nu,i,1291191960\nu,i,later\nu,i\n");
  const auto done = counts({events});
  EXPECT_EQ(number(done, "/events/applied"), 1);
  EXPECT_EQ(number(done, "/events/rejected"), 2);
  EXPECT_EQ(number(done, "/events/reasons/bad_time"), 1);
  EXPECT_EQ(number(done, "/events/reasons/wrong_field_count"), 1);
  const auto rejected = boost::json::parse("[" + [&] {
    auto lines = *read_file(events + ".rejected.ndjson");
    lines.pop_back();
    return lines.replace(lines.find('\n'), 1, ",");
  }() + "]");
  EXPECT_EQ(number(rejected, "/0/line"), 3);
  EXPECT_EQ(rejected.at_pointer("/0/row").as_string(), "u,i,later");
  EXPECT_THAT(std::string(rejected.at_pointer("/1/reason").as_string()), HasSubstr("2 fields"));
}

TEST_F(ingest, a_file_of_nothing_but_bad_rows_is_a_failure) {
  const auto done = run({file("e.csv", "user_id,item_id,ts\nu,i,later\n")});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.errors, HasSubstr("none of the 1 rows of events could be used"));
}

TEST_F(ingest, one_unreadable_file_changes_nothing) {
  const auto good = file("good.csv", "user_id,item_id,ts\nu,i,1291191960\n");
  for (const auto& bad : {path("missing.csv"), file("columns.csv", "a,b\n1,2\n"), file("x.parquet", "no parquet")}) {
    const auto done = run({"--events", good, bad});
    EXPECT_EQ(done.exit_code, 1);
    EXPECT_THAT(done.errors, HasSubstr(bad));
    EXPECT_FALSE(std::filesystem::exists(directory_ / "db"));
  }
}

TEST_F(ingest, wrong_flags_are_wrong_usage) {
  const auto events = file("e.csv", "user_id,item_id,ts\n");
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run({"--events", "-", "--items", "-", "--format", "csv"}).exit_code, 2);
  EXPECT_EQ(run({events, "--format", "xml"}).exit_code, 2);
  const auto unknown = run({events, "--event-columns", "customer=x"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("the fields are user_id, item_id, ts, qty"));
}

TEST_F(ingest, a_signal_ends_it_behind_a_batch_and_what_was_taken_stays) {
  ASSERT_EQ(mkfifo(path("pipe.csv").c_str(), 0600), 0);
  child_process process({FRESHET_BINARY, "ingest", "--events", "pipe.csv", "--db", "db", "--json"}, directory_.path(),
                        "ingest");
  std::ofstream pipe(path("pipe.csv"));
  pipe << "user_id,item_id,ts\n";
  for (int row = 0; row < 50'000; ++row) pipe << "u" << row % 100 << ",i," << 1'291'191'960 + row << "\n";
  pipe.flush();
  // The pipe stays open: without the signal it would wait for more.
  const auto until = std::chrono::steady_clock::now() + 30s;
  while (!std::filesystem::exists(directory_ / "db" / "CURRENT") && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(2ms);
  }
  process.signal(SIGINT);
  EXPECT_EQ(process.wait(30s), 128 + SIGINT);
  const auto done = boost::json::parse(process.output());
  EXPECT_TRUE(done.at("stopped").as_bool());
  EXPECT_EQ(done.at_pointer("/events/applied"), done.at_pointer("/database/events"));
  EXPECT_THAT(process.errors(), HasSubstr("run it again for the rest"));
}

TEST_F(ingest, hands_the_rows_to_the_service_that_owns_the_database) {
  const auto events = file("e.csv", "user_id,item_id,ts\nu,i,1291191960\nu,j,1291191961\nu,j,1291191961\n");
  const auto items = file("i.csv", "item_id,title,price\ni,Lantern,2.5\nj,Holder,free\n");
  testing::service_process service(directory_.path());
  const auto first = counts({"--events", events, "--items", items});
  EXPECT_TRUE(first.at("handed_to_service").as_bool());
  EXPECT_EQ(number(first, "/events/applied"), 3);
  EXPECT_EQ(number(first, "/items/applied"), 1);
  EXPECT_EQ(number(first, "/items/rejected"), 1);
  const auto second = counts({"--events", events});
  EXPECT_EQ(number(second, "/events/applied"), 0);
  EXPECT_EQ(number(second, "/events/duplicates"), 3);
  EXPECT_EQ(service.get("/v1/users/u/events").body.at("events").as_array().size(), 3U);
  EXPECT_EQ(service.stop(), 0);

  // And in the database itself they are known by the same identity.
  const auto alone = counts({"--events", events});
  EXPECT_FALSE(alone.at("handed_to_service").as_bool());
  EXPECT_EQ(number(alone, "/events/duplicates"), 3);
  EXPECT_EQ(number(alone, "/database/events"), 3);
}

}  // namespace
}  // namespace freshet
