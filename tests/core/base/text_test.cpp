#include "core/base/text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace freshet {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

template <class Number>
std::string json_number(Number number) {
  std::string out;
  append_json_number(out, number);
  return out;
}

TEST(text, tells_utf8_from_other_bytes) {
  for (const std::string_view good : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                      "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xa9z"}) {
    EXPECT_TRUE(is_utf8(good)) << json_string(good);
  }
  for (const std::string_view bad :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xfe"}) {
    EXPECT_FALSE(is_utf8(bad)) << json_string(bad);
  }
}

TEST(text, finds_control_characters) {
  EXPECT_FALSE(has_control_characters("plain \xc3\xa9 text"));
  for (const std::string_view bad :
       {std::string_view("\0", 1), std::string_view("a\n"), std::string_view("\x1b[0m"), std::string_view("\x7f")}) {
    EXPECT_TRUE(has_control_characters(bad));
  }
}

TEST(text, escapes_json_strings) {
  EXPECT_EQ(json_string("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(json_string(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(json_string("\xe2\x82\xac/"), "\"\xe2\x82\xac/\"");
  EXPECT_EQ(json_string("a\xffz"), "\"a\xef\xbf\xbdz\"") << "bytes that are not UTF-8 are replaced";
}

TEST(text, writes_the_shortest_number_that_reads_back) {
  EXPECT_EQ(json_number(0.1), "0.1");
  EXPECT_EQ(json_number(0.1F), "0.1");
  EXPECT_EQ(json_number(99.99), "99.99");
  EXPECT_EQ(json_number(85.0), "85");
  EXPECT_EQ(json_number(1e300), "1e+300");
  EXPECT_EQ(json_number(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(json_number(-std::numeric_limits<float>::infinity()), "null");
}

TEST(text, keeps_a_line_a_line) {
  const auto printable = [](std::string_view text) {
    std::string out;
    append_printable(out, text);
    return out;
  };
  EXPECT_EQ(printable(R"(user_id="a\b")"), R"(user_id="a\b")");
  EXPECT_EQ(printable("a\r\nERROR forged\x1b[2K"), R"(a\r\nERROR forged\u001b[2K)");
  EXPECT_EQ(printable("\xc2\x9b \xe2\x80\xa8 \xc3\xa9"), "\\u009b \\u2028 \xc3\xa9");
  EXPECT_EQ(printable("a\xff"), R"(a\xff)");
}

TEST(text, cuts_long_values_between_characters) {
  EXPECT_EQ(in_quotes("short"), "\"short\"");
  EXPECT_EQ(in_quotes("abcdef", 3), "\"abc...\"");
  EXPECT_EQ(in_quotes("ab\xe2\x82\xac", 4), "\"ab...\"");
  EXPECT_EQ(in_quotes("ab\n", 64), "\"ab\\n\"");
}

}  // namespace
}  // namespace freshet
