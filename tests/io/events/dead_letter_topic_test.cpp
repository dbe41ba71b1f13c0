#include "io/events/dead_letter_topic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::Contains;
using ::testing::Pair;

TEST(dead_letter_topic, is_named_after_the_topic) {
  EXPECT_EQ(dead_letter_topic("shop.events"), "shop.events.dlq");
}

TEST(dead_letter_topic, a_letter_keeps_bytes_key_and_headers_and_tells_what_happened) {
  const std::string bytes("\xff\0{", 3);
  const auto letter = to_dead_letter({.source = "shop.events",
                                      .partition = partition_id{2},
                                      .offset = 41,
                                      .reason = "not_json",
                                      .message = "byte 0 is not JSON",
                                      .key = "u1",
                                      .bytes = bytes,
                                      .headers = {{"ce_id", "7"}}},
                                     "shop.events.dlq");
  EXPECT_EQ(letter.topic, "shop.events.dlq");
  EXPECT_EQ(letter.key, "u1");
  EXPECT_EQ(letter.value, bytes);
  EXPECT_THAT(letter.headers, Contains(Pair("ce_id", "7")));
  EXPECT_THAT(letter.headers, Contains(Pair("__connect.errors.topic", "shop.events")));
  EXPECT_THAT(letter.headers, Contains(Pair("__connect.errors.partition", "2")));
  EXPECT_THAT(letter.headers, Contains(Pair("__connect.errors.offset", "41")));
  EXPECT_THAT(letter.headers, Contains(Pair("__connect.errors.exception.class.name", "not_json")));
  EXPECT_THAT(letter.headers, Contains(Pair("__connect.errors.exception.message", "byte 0 is not JSON")));
}

TEST(dead_letter_topic, of_a_letter_that_failed_again_the_newer_reason_comes_last) {
  const auto letter = to_dead_letter(
      {.reason = "missing_field", .headers = {{"__connect.errors.exception.class.name", "not_json"}}}, "t.dlq");
  std::string last;
  for (const auto& [name, value] : letter.headers) {
    if (name == "__connect.errors.exception.class.name") last = value;
  }
  EXPECT_EQ(last, "missing_field");
}

}  // namespace
}  // namespace freshet
