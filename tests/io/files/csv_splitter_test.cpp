#include "io/files/csv_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "io/files/csv_writer.hpp"
#include "tests/support/memory_stream.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct split_record {
  std::uint64_t line;
  std::vector<std::string> fields;
  std::string bytes;
  std::string problem;
};

std::vector<split_record> split(const std::string& text, std::size_t piece = 1 << 16) {
  csv_splitter splitter(std::make_unique<testing::memory_stream>(text, piece));
  std::vector<split_record> records;
  for (;;) {
    const auto has_record = splitter.next();
    EXPECT_TRUE(has_record);
    if (!*has_record) return records;
    const auto& record = splitter.record();
    records.push_back({record.line,
                       {record.fields.begin(), record.fields.end()},
                       std::string(record.bytes),
                       std::string(record.problem)});
  }
}

std::vector<std::vector<std::string>> fields_of(const std::string& text, std::size_t piece = 1 << 16) {
  std::vector<std::vector<std::string>> all;
  for (const auto& record : split(text, piece)) {
    EXPECT_EQ(record.problem, "");
    all.push_back(record.fields);
  }
  return all;
}

TEST(csv_splitter, splits_at_commas_and_line_ends) {
  EXPECT_THAT(fields_of("a,b\n1,2\r\n3,\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2"), ElementsAre("3", "")));
}

TEST(csv_splitter, the_last_line_needs_no_end) {
  EXPECT_THAT(fields_of("a,b\n1,2"), ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(fields_of("a\n\"1\""), ElementsAre(ElementsAre("a"), ElementsAre("1")));
  EXPECT_THAT(fields_of("a,"), ElementsAre(ElementsAre("a", "")));
}

TEST(csv_splitter, quotes_hold_commas_line_breaks_and_doubled_quotes) {
  EXPECT_THAT(fields_of("\"a,b\",\"c\nd\",\"e\"\"f\"\"\",\"\"\r\n"),
              ElementsAre(ElementsAre("a,b", "c\nd", "e\"f\"", "")));
}

TEST(csv_splitter, a_quote_inside_an_unquoted_field_is_a_character) {
  EXPECT_THAT(fields_of("5\" pipe,x\n"), ElementsAre(ElementsAre("5\" pipe", "x")));
}

TEST(csv_splitter, a_byte_order_mark_and_empty_lines_are_skipped) {
  EXPECT_THAT(fields_of("\xef\xbb\xbf"
                        "a,b\n\n\r\n1,2\n\n"),
              ElementsAre(ElementsAre("a", "b"), ElementsAre("1", "2")));
  EXPECT_THAT(fields_of("\xef\xbb\xbf"), SizeIs(0));
  EXPECT_THAT(fields_of(""), SizeIs(0));
}

TEST(csv_splitter, lines_are_counted_through_quotes) {
  const auto records = split("a\n\"1\n2\n3\"\n\nx\n");
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[1].line, 2u);
  EXPECT_EQ(records[1].bytes, "\"1\n2\n3\"");
  EXPECT_EQ(records[2].line, 6u);
}

TEST(csv_splitter, text_behind_a_closing_quote_is_a_problem_of_that_line) {
  const auto records = split("\"a\"b,c\n1,2\n");
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_THAT(records[0].problem, HasSubstr("closing quote"));
  EXPECT_EQ(records[0].bytes, "\"a\"b,c");
  EXPECT_THAT(records[1].fields, ElementsAre("1", "2"));
}

TEST(csv_splitter, a_quote_that_is_never_closed_costs_one_line) {
  const auto records = split("a,b\n\"1,2\n3,4\n5,6\n");
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_THAT(records[1].problem, HasSubstr("never closed"));
  EXPECT_EQ(records[1].bytes, "\"1,2");
  EXPECT_EQ(records[1].line, 2u);
  EXPECT_THAT(records[2].fields, ElementsAre("3", "4"));
  EXPECT_THAT(records[3].fields, ElementsAre("5", "6"));
}

TEST(csv_splitter, a_stray_quote_in_a_large_file_costs_one_line) {
  std::string text = "a,b\n\"1,2\n";
  for (int line = 0; line < 300'000; ++line) text += "3,4\n";
  const auto records = split(text);
  ASSERT_THAT(records, SizeIs(300'002));
  EXPECT_NE(records[1].problem, "");
  EXPECT_THAT(records.back().fields, ElementsAre("3", "4"));
  EXPECT_EQ(records.back().line, 300'002u);
}

TEST(csv_splitter, a_line_of_10_megabytes_is_a_problem_of_that_line) {
  for (const std::size_t piece : {std::size_t{4096}, std::size_t{1} << 20, std::size_t{20} << 20}) {
    SCOPED_TRACE(piece);
    const auto records = split("a,b\n" + std::string(10 << 20, 'x') + "\n1,2\n", piece);
    ASSERT_THAT(records, SizeIs(3));
    EXPECT_THAT(records[1].problem, HasSubstr("1 MiB"));
    EXPECT_EQ(records[1].bytes.size(), oversized_row_bytes_shown);
    EXPECT_THAT(records[2].fields, ElementsAre("1", "2"));
    EXPECT_EQ(records[2].line, 3u);
  }
}

TEST(csv_splitter, ten_megabytes_behind_a_quote_are_a_problem_of_that_line) {
  const auto records = split("a,b\n\"" + std::string(10 << 20, 'x') + "\n1,2\n", 100'000);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_NE(records[1].problem, "");
  EXPECT_THAT(records[2].fields, ElementsAre("1", "2"));
}

TEST(csv_splitter, nul_bytes_are_characters) {
  const std::string text("a\0b,c\n", 6);
  EXPECT_THAT(fields_of(text), ElementsAre(ElementsAre(std::string("a\0b", 3), "c")));
}

RC_GTEST_PROP(csv_splitter, gives_back_what_the_writer_wrote_wherever_the_pieces_end, ()) {
  const auto field = rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab,\"\n\r \0", 8)));
  const auto records = *rc::gen::container<std::vector<std::vector<std::string>>>(
      rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(field)));
  const auto piece = static_cast<std::size_t>(*rc::gen::inRange(1, 40));
  std::string text;
  for (const auto& record : records) append_csv_record(text, record);
  RC_ASSERT(fields_of(text, piece) == records);
}

RC_GTEST_PROP(csv_splitter, any_bytes_split_the_same_wherever_the_pieces_end, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a,\"\n\r", 5)));
  const auto piece = static_cast<std::size_t>(*rc::gen::inRange(1, 10));
  const auto whole = split(text);
  const auto pieces = split(text, piece);
  RC_ASSERT(whole.size() == pieces.size());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    RC_ASSERT(whole[at].fields == pieces[at].fields);
    RC_ASSERT(whole[at].problem == pieces[at].problem);
    RC_ASSERT(whole[at].bytes == pieces[at].bytes);
    RC_ASSERT(whole[at].line == pieces[at].line);
  }
}

}  // namespace
}  // namespace freshet
