#include "io/http/correlation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace freshet::http {
namespace {

using ::testing::MatchesRegex;

request correlated(field_list headers) {
  request in;
  in.headers = std::move(headers);
  id_source ids(1);
  correlate(in, ids);
  return in;
}

TEST(correlation, an_acceptable_request_id_is_kept) {
  EXPECT_EQ(correlated({{"x-request-id", "a-B_9~!"}}).request_id, "a-B_9~!");
  EXPECT_EQ(correlated({{"x-request-id", std::string(128, 'x')}}).request_id, std::string(128, 'x'));
}

TEST(correlation, any_other_request_id_is_replaced) {
  for (const std::string& given :
       {std::string(), std::string("a b"), std::string(129, 'x'), std::string("\xC3\xA9"), std::string("a\x7F")}) {
    const std::string made = correlated({{"x-request-id", given}}).request_id;
    EXPECT_EQ(made.size(), 16u) << given;
    EXPECT_THAT(made, MatchesRegex("[0-9a-f]+"));
  }
  EXPECT_EQ(correlated({}).request_id.size(), 16u);
}

TEST(correlation, made_ids_differ) {
  id_source ids(7);
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(ids.next());
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(correlation, a_traceparent_is_continued_with_a_span_of_ours) {
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const std::string ours = correlated({{"traceparent", parent}}).traceparent;
  ASSERT_EQ(ours.size(), parent.size());
  EXPECT_EQ(ours.substr(0, 36), parent.substr(0, 36));
  EXPECT_NE(ours.substr(36, 16), parent.substr(36, 16));
  EXPECT_EQ(ours.substr(52), "-01");
}

TEST(correlation, a_later_version_of_traceparent_may_go_on) {
  const auto later = correlated({{"traceparent", "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-more"}});
  EXPECT_TRUE(later.traceparent.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
}

TEST(correlation, a_malformed_traceparent_is_dropped) {
  for (const char* given : {"", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more"}) {
    EXPECT_EQ(correlated({{"traceparent", given}}).traceparent, "") << given;
  }
}

}  // namespace
}  // namespace freshet::http
