#include "io/files/event_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/events/event_codec.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

struct events_and_bad_rows {
  std::vector<event> events;
  std::vector<bad_row> bad;
};

class event_reader_test : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& content) {
    EXPECT_TRUE(write_file_atomically(directory_ / name, content));
    return (directory_ / name).string();
  }
  result<events_and_bad_rows> read(const std::string& path, const read_options& options = {}) {
    FRESHET_ASSIGN(const auto reader, open_events(path, options, time_));
    events_and_bad_rows all;
    for (;;) {
      FRESHET_ASSIGN(auto row, reader->next());
      if (!row) break;
      if (auto* value = std::get_if<event>(&*row)) all.events.push_back(std::move(*value));
      if (auto* bad = std::get_if<bad_row>(&*row)) all.bad.push_back(std::move(*bad));
    }
    return all;
  }
  events_and_bad_rows read_good(const std::string& path, const read_options& options = {}) {
    auto all = read(path, options);
    EXPECT_TRUE(all) << all.failure().message;
    return all ? *std::move(all) : events_and_bad_rows{};
  }
  void expect_refused(const std::string& path, const std::string& reason) {
    const auto all = read(path);
    ASSERT_FALSE(all);
    EXPECT_THAT(all.failure().message, HasSubstr(reason));
    EXPECT_THAT(all.failure().message, HasSubstr(path));
  }

  testing::temporary_directory directory_;
  manual_clock time_{1'700'000'000};
};

TEST_F(event_reader_test, reads_csv_with_the_canonical_columns) {
  const auto all =
      read_good(file("e.csv",
                     "user_id,item_id,ts,qty,event_type,value,event_id,session_id,recommendation_id,properties\n"
                     "u,i,1291191960,-2,rating,4.5,e1,s1,r1,\"{\"\"a\"\": 1}\"\n"));
  EXPECT_THAT(all.bad, IsEmpty());
  ASSERT_THAT(all.events, SizeIs(1));
  EXPECT_EQ(all.events[0], (event{.user_id = "u",
                                  .item_id = "i",
                                  .ts = 1'291'191'960,
                                  .qty = -2,
                                  .event_type = "rating",
                                  .value = 4.5f,
                                  .event_id = "e1",
                                  .session_id = "s1",
                                  .recommendation_id = "r1",
                                  .properties = "{\"a\":1}"}));
}

TEST_F(event_reader_test, takes_foreign_columns_as_they_are) {
  const auto path = file("retail.csv",
                         "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
                         "536365,85123A,\"HOLDER, WHITE\",6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n");
  const auto map = parse_event_columns("user_id=CustomerID,item_id=StockCode,ts=InvoiceDate,qty=Quantity");
  const auto all = read_good(path, {.columns = *map});
  ASSERT_THAT(all.events, SizeIs(1));
  EXPECT_EQ(all.events[0].user_id, "17850");
  EXPECT_EQ(all.events[0].item_id, "85123A");
  EXPECT_EQ(all.events[0].ts, 1'291'191'960);
  EXPECT_EQ(all.events[0].qty, 6);
  expect_refused(path, "has no column user_id; it has InvoiceNo, StockCode");
}

TEST_F(event_reader_test, milliseconds_spaces_and_whole_floats_are_understood) {
  const auto all = read_good(file("e.csv", "user_id,item_id,ts,qty\nu,i, 1291191960000 , 6.0\nu,i,1291191960.75,\n"));
  EXPECT_THAT(all.bad, IsEmpty());
  ASSERT_THAT(all.events, SizeIs(2));
  EXPECT_EQ(all.events[0].ts, 1'291'191'960);
  EXPECT_EQ(all.events[0].qty, 6);
  EXPECT_EQ(all.events[1].ts, 1'291'191'960);
  EXPECT_EQ(all.events[1].qty, 1);
}

TEST_F(event_reader_test, a_bad_row_says_where_and_why_and_is_passed_by) {
  const auto all = read_good(file("e.csv",
                                  "user_id,item_id,ts,qty,value\n"
                                  "u,i,yesterday,1,\n"
                                  ",i,1291191960,1,\n"
                                  "u,i,1291191960,1.5,\n"
                                  "u,i,1291191960,99999999999,\n"
                                  "u,i,1291191960,1,nan\n"
                                  "u,i,1291191960,1,1e99\n"
                                  "u,i,17,1,\n"
                                  "u,i,1291191960\n"
                                  "\"u\"x,i,1291191960,1,\n"
                                  "u\xff,i,1291191960,1,\n"
                                  "u,i,1291191960,1,\n"));
  ASSERT_THAT(all.events, SizeIs(1));
  std::vector<std::string> kinds;
  for (const auto& bad : all.bad) kinds.emplace_back(bad.kind);
  EXPECT_THAT(kinds, ElementsAre("bad_time", "missing_field", "bad_number", "bad_number", "bad_number", "bad_number",
                                 "bad_time", "wrong_field_count", "bad_csv", "bad_id"));
  EXPECT_EQ(all.bad[0].line, 2u);
  EXPECT_EQ(all.bad[0].bytes, "u,i,yesterday,1,");
  EXPECT_EQ(all.bad[0].reason, "ts: \"yesterday\" is not a time; give unix seconds, unix milliseconds or RFC 3339");
  EXPECT_THAT(all.bad[7].reason, HasSubstr("3 fields where the header names 5"));
  EXPECT_EQ(all.bad[9].line, 11u);
}

TEST_F(event_reader_test, hostile_csv_files_are_refused_with_a_reason) {
  expect_refused(file("empty.csv", ""), "is empty");
  expect_refused(file("blank.csv", "\n\n\n"), "is empty");
  expect_refused(file("nul.csv", std::string("user_id,item\0_id,ts\n", 20)), "is it a CSV file?");
  expect_refused(file("latin.csv", "user_id,item_id,ts,pr\xe9nom\n"), "UTF-8");
  expect_refused(file("quote.csv", "\"user_id,item_id,ts\nu,i,1\n"), "no readable header line");
  expect_refused(file("long.csv", std::string(10 << 20, 'x')), "no readable header line");
  expect_refused(file("fake.csv", std::string("\x1f\x8b\x08\x00 not gzip at all", 20)), "damaged");
  expect_refused((directory_ / "missing.csv").string(), "No such file");
  expect_refused(file("events.txt", "user_id,item_id,ts\n"), "--format");
}

TEST_F(event_reader_test, a_header_alone_is_a_file_without_events) {
  const auto all = read_good(file("e.csv", "user_id,item_id,ts"));
  EXPECT_THAT(all.events, IsEmpty());
  EXPECT_THAT(all.bad, IsEmpty());
}

TEST_F(event_reader_test, reads_ndjson_with_every_spelling_of_the_codec) {
  const auto all = read_good(file("e.ndjson",
                                  "{\"userId\":\"u\",\"product_id\":\"i\",\"timestamp\":\"2010-12-01T08:26:00Z\"}\r\n"
                                  "\n"
                                  "not json\n"
                                  "{\"user_id\":\"u\",\"item_id\":\"i\",\"ts\":1291191960,\"qty\":3}"));
  ASSERT_THAT(all.events, SizeIs(2));
  EXPECT_EQ(all.events[0].ts, 1'291'191'960);
  EXPECT_EQ(all.events[1].qty, 3);
  ASSERT_THAT(all.bad, SizeIs(1));
  EXPECT_EQ(all.bad[0].line, 3u);
  EXPECT_EQ(all.bad[0].kind, "not_json");
  EXPECT_EQ(all.bad[0].bytes, "not json");
}

TEST_F(event_reader_test, ndjson_members_can_be_mapped) {
  const auto path =
      file("e.jsonl", "{\"who\":\"u\",\"what\":\"i\",\"when\":1291191960,\"user_id\":\"not this\"}\n[1]\n");
  const auto all = read_good(path, {.columns = *parse_event_columns("user_id=who,item_id=what,ts=when")});
  ASSERT_THAT(all.events, SizeIs(1));
  EXPECT_EQ(all.events[0].user_id, "u");
  EXPECT_EQ(all.events[0].item_id, "i");
  ASSERT_THAT(all.bad, SizeIs(1));
  EXPECT_EQ(all.bad[0].kind, "not_an_object");
}

TEST_F(event_reader_test, an_ndjson_line_of_10_megabytes_is_one_bad_row) {
  const auto all = read_good(file("e.ndjson", "{\"user_id\":\"" + std::string(10 << 20, 'x') +
                                                  "\"}\n{\"user_id\":\"u\",\"item_id\":\"i\",\"ts\":1291191960}\n"));
  EXPECT_THAT(all.events, SizeIs(1));
  ASSERT_THAT(all.bad, SizeIs(1));
  EXPECT_EQ(all.bad[0].kind, "too_long");
  EXPECT_THAT(all.bad[0].bytes, SizeIs(4096));
}

TEST_F(event_reader_test, an_event_without_an_id_gets_the_one_of_its_content_and_count) {
  const auto all = read_good(file("e.csv", "user_id,item_id,ts\nu,i,1291191960\nu,j,1291191960\nu,i,1291191960\n"));
  ASSERT_THAT(all.events, SizeIs(3));
  EXPECT_THAT(all.events[0].event_id, StartsWith("content:"));
  EXPECT_THAT(all.events[0].event_id, ::testing::EndsWith(":0"));
  EXPECT_THAT(all.events[1].event_id, ::testing::EndsWith(":0"));
  EXPECT_EQ(all.events[2].event_id, all.events[0].event_id.substr(0, all.events[0].event_id.size() - 1) + "1");
}

TEST_F(event_reader_test, the_same_rows_are_the_same_events_in_every_format) {
  const auto csv = read_good(
      file("e.csv", "userId,item_id,ts,qty,rating\r\n1,i,2010-12-01 08:26:00,,4.5\r\n1,i,1291191960,1,4.5\r\n"));
  const auto ndjson =
      read_good(file("e.ndjson",
                     "{\"user_id\":\"1\",\"item_id\":\"i\",\"ts\":1291191960000,\"value\":4.5}\n"
                     "{\"user_id\":\"1\",\"item_id\":\"i\",\"ts\":1291191960,\"value\":4.5,\"qty\":1}\n"));
  EXPECT_EQ(csv.events, ndjson.events);
  EXPECT_THAT(csv.events, SizeIs(2));
}

TEST_F(event_reader_test, what_the_codec_writes_is_read_back) {
  const event written{.user_id = "u \"1\"",
                      .item_id = "i\\",
                      .ts = 1'291'191'960,
                      .qty = -3,
                      .event_type = "purchase",
                      .value = 2.5f,
                      .event_id = "e",
                      .session_id = "s",
                      .recommendation_id = "r",
                      .properties = "{\"a\":[1,2]}"};
  EXPECT_THAT(read_good(file("e.ndjson", encode(written) + "\n")).events, ElementsAre(written));
}

TEST_F(event_reader_test, formats_are_told_by_name) {
  EXPECT_EQ(format_of("a/events.csv.gz"), file_format::csv);
  EXPECT_EQ(format_of("x.parquet"), file_format::parquet);
  EXPECT_EQ(format_of("x.ndjson.zst"), file_format::ndjson);
  EXPECT_EQ(format_of("x.jsonl"), file_format::ndjson);
  EXPECT_EQ(format_of("-"), std::nullopt);
  EXPECT_EQ(format_of("csv"), std::nullopt);
  EXPECT_EQ(parse_format("parquet"), file_format::parquet);
  EXPECT_EQ(parse_format("CSV"), std::nullopt);
}

}  // namespace
}  // namespace freshet
