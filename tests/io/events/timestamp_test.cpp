#include "io/events/timestamp.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace freshet {
namespace {

struct spelled_time {
  std::string_view text;
  unix_seconds seconds;
};

TEST(timestamp, understands_every_form) {
  const spelled_time cases[] = {
      {"1291191960", 1291191960},
      {"1291191960.75", 1291191960},
      {"1291191960123", 1291191960},
      {"100000000000", 100000000},
      {"99999999999", 99999999999},
      {"0", 0},
      {"-5", -5},
      {"2010-12-01T08:26:00Z", 1291191960},
      {"2010-12-01t08:26:00z", 1291191960},
      {"2010-12-01T08:26:00.999Z", 1291191960},
      {"2010-12-01T09:26:00+01:00", 1291191960},
      {"2010-12-01T03:26:00-0500", 1291191960},
      {"2010-12-01 08:26:00", 1291191960},
      {"2010-12-01T08:26", 1291191960},
      {"2010-12-01", 1291161600},
      {"1969-12-31T23:59:59Z", -1},
      {"2024-02-29", 1709164800},
      {"2016-12-31T23:59:60Z", 1483228800},
  };
  for (const auto& [text, seconds] : cases) EXPECT_EQ(parse_timestamp(text), seconds) << text;
}

TEST(timestamp, refuses_what_is_ambiguous_or_no_time) {
  for (const std::string_view text : {"",
                                      " ",
                                      "yesterday",
                                      "12/01/2010",
                                      "01.12.2010",
                                      "2010-13-01",
                                      "2010-02-30",
                                      "2023-02-29",
                                      "2010-12-01T24:00:00Z",
                                      "2010-12-01T08:60:00Z",
                                      "2010-12-01T08:26:61Z",
                                      "2010-12-01T08:26:00+",
                                      "2010-12-01T08:26:00+1",
                                      "2010-12-01T",
                                      "2010-12-01T08:26:00Zz",
                                      "2010-12-01T08:26:00+01:00x",
                                      "2010-12-01T08:26:00.",
                                      "1291191960.",
                                      "1291191960s",
                                      "1e9",
                                      "0x10",
                                      "99999999999999999999",
                                      "2010-1-1",
                                      " 2010-12-01"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

TEST(timestamp, is_written_as_rfc_3339_and_read_back) {
  EXPECT_EQ(to_rfc3339(1291191960), "2010-12-01T08:26:00Z");
  for (unix_seconds time = -3'000'000'000; time < 6'000'000'000; time += 77'777'777) {
    EXPECT_EQ(parse_timestamp(to_rfc3339(time)), time);
  }
}

TEST(timestamp, is_written_within_four_digits_of_year_whatever_the_number) {
  EXPECT_EQ(to_rfc3339(std::numeric_limits<unix_seconds>::max()), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_rfc3339(std::numeric_limits<unix_seconds>::min()), "0000-01-01T00:00:00Z");
}

}  // namespace
}  // namespace freshet
