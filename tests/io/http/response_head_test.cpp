#include "io/http/response_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string head_of(const response& out, bool close = false, bool keep_alive = false) {
  std::string buffer;
  append_head(buffer, out,
              {.request_id = "id-1",
               .date_line = "Date: now\r\n",
               .content_length = out.body.size(),
               .close = close,
               .tell_keep_alive = keep_alive});
  return buffer;
}

TEST(response_head, is_a_status_line_and_fields) {
  const response out{.status = 200, .content_type = "application/json", .body = "{}", .headers = {{"ETag", "\"1\""}}};
  EXPECT_EQ(head_of(out),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nDate: now\r\n"
            "X-Request-Id: id-1\r\nETag: \"1\"\r\n\r\n");
}

TEST(response_head, tells_what_becomes_of_the_connection) {
  EXPECT_THAT(head_of({}, true), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(head_of({}, false, true), HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(head_of({}), Not(HasSubstr("Connection")));
}

TEST(response_head, statuses_without_a_body_have_no_length) {
  EXPECT_THAT(head_of({.status = 204}), Not(HasSubstr("Content-")));
  EXPECT_THAT(head_of({.status = 304}), Not(HasSubstr("Content-Length")));
}

TEST(response_head, any_status_has_a_phrase) {
  for (unsigned status = 200; status < 600; ++status) {
    EXPECT_THAT(head_of({.status = status}),
                ::testing::MatchesRegex("HTTP/1.1 " + std::to_string(status) + " [A-Z][A-Za-z ]+\r\n(.|\n)*"));
  }
}

TEST(response_head, the_application_can_neither_break_a_line_nor_set_our_fields) {
  const std::string head = head_of({.status = 200,
                                    .content_type = "a\r\nb",
                                    .body = "",
                                    .headers = {{"X\r\nY", "z\nw"}, {"connection", "x"}, {"Transfer-Encoding", "x"}}});
  EXPECT_THAT(head, HasSubstr("Content-Type: a  b\r\n"));
  EXPECT_THAT(head, HasSubstr("X  Y: z w\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("connection")));
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
}

TEST(response_head, dates_are_those_of_the_standard) {
  EXPECT_EQ(date_line(784'111'777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date_line(0), "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
}

}  // namespace
}  // namespace freshet::http
