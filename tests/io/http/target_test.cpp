#include "io/http/target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

request parsed(std::string_view target) {
  request in;
  const auto parsed_well = parse_target(target, in);
  EXPECT_TRUE(parsed_well) << target << ": " << parsed_well.failure().message;
  return in;
}

TEST(target, path_and_query_are_decoded) {
  const request in = parsed("/recommend?user_id=a%20b&k=5");
  EXPECT_EQ(in.target, "/recommend?user_id=a%20b&k=5");
  EXPECT_EQ(in.path, "/recommend");
  EXPECT_THAT(in.query, ElementsAre(Pair("user_id", "a b"), Pair("k", "5")));
}

TEST(target, parameters_keep_their_order_and_repeats) {
  EXPECT_THAT(parsed("/?b=1&a=2&b=3").query, ElementsAre(Pair("b", "1"), Pair("a", "2"), Pair("b", "3")));
  EXPECT_EQ(parsed("/?b=1&a=2&b=3").parameter("b"), "1");
  EXPECT_EQ(parsed("/?b=1").parameter("c"), std::nullopt);
}

TEST(target, a_plus_is_a_space_in_the_query_only) {
  const request in = parsed("/a+b?q=a+b%2Bc");
  EXPECT_EQ(in.path, "/a+b");
  EXPECT_EQ(in.parameter("q"), "a b+c");
}

TEST(target, parameters_without_value_and_empty_pairs_are_understood) {
  EXPECT_THAT(parsed("/?a&&b=&=c&d=e=f").query,
              ElementsAre(Pair("a", ""), Pair("b", ""), Pair("", "c"), Pair("d", "e=f")));
  EXPECT_THAT(parsed("/?").query, ElementsAre());
}

TEST(target, an_encoded_slash_of_the_path_stays_encoded) {
  EXPECT_EQ(parsed("/users/a%2fb%3f").path, "/users/a%2Fb?");
  EXPECT_EQ(encoded_path("/users/a%2fb?x=1"), "/users/a%2fb");
}

TEST(target, the_absolute_form_loses_scheme_and_authority) {
  EXPECT_EQ(parsed("http://example.com:8000/recommend?k=1").path, "/recommend");
  EXPECT_EQ(parsed("HTTP://example.com").path, "/");
  EXPECT_EQ(parsed("http://example.com?k=1").parameter("k"), "1");
}

TEST(target, the_asterisk_form_is_a_path_of_its_own) {
  EXPECT_EQ(parsed("*").path, "*");
}

TEST(target, broken_forms_are_refused_with_a_sentence) {
  request in;
  for (const std::string_view broken : {"recommend", "example.com:443", "/a%", "/a%2", "/a%zz", "/?q=%f", "/a#b", ""}) {
    EXPECT_FALSE(parse_target(broken, in)) << broken;
  }
  EXPECT_THAT(parse_target("/a%zz", in).failure().message, HasSubstr("%zz"));
}

TEST(target, encodes_what_decodes_to_the_same_bytes) {
  EXPECT_EQ(percent_encode("a-Z_0.~"), "a-Z_0.~");
  EXPECT_EQ(percent_encode("a/b c%\"\xc3\xa4"), "a%2Fb%20c%25%22%C3%A4");
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const auto part : {decode_as::path_segment, decode_as::query}) {
    EXPECT_EQ(*percent_decode(percent_encode(every_byte), part), every_byte);
  }
}

}  // namespace
}  // namespace freshet::http
