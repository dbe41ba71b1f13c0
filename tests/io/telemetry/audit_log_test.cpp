#include "io/telemetry/audit_log.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::temporary_directory;

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(audit_log, writes_a_line_for_each_action_in_utc) {
  const temporary_directory directory;
  manual_clock time(1'700'000'000);
  const audit_log audit(directory / "logs", time);
  ASSERT_TRUE(audit.record({.action = "DATA_EXPORT", .user_id = "ada", .failure = {}}));
  ASSERT_TRUE(audit.record({.action = "DATA_EXPORT", .user_id = "who", .failure = "the user is not known"}));
  EXPECT_EQ(text_of(directory / "logs" / "gdpr.log"),
            "2023-11-14 22:13:20 - DATA_EXPORT - user_id=ada - success\n"
            "2023-11-14 22:13:20 - DATA_EXPORT - user_id=who - failure: the user is not known\n");
}

TEST(audit_log, writes_a_line_for_each_of_many_users_and_one_for_a_run_of_the_retention) {
  const temporary_directory directory;
  manual_clock time(1'700'000'000);
  const audit_log audit(directory.path(), time);
  ASSERT_TRUE(audit.record("DATA_DELETION", std::vector<std::string>{"ada", "b\no"}, ""));
  ASSERT_TRUE(audit.record({.days = 180, .events = 12, .users = 3, .failure = ""}));
  ASSERT_TRUE(audit.record({.days = 180, .events = 0, .users = 0, .failure = "the disk is full"}));
  EXPECT_EQ(text_of(directory / "gdpr.log"),
            "2023-11-14 22:13:20 - DATA_DELETION - user_id=ada - success\n"
            "2023-11-14 22:13:20 - DATA_DELETION - user_id=b\\no - success\n"
            "2023-11-14 22:13:20 - DATA_RETENTION - days=180, events=12, users=3 - success\n"
            "2023-11-14 22:13:20 - DATA_RETENTION - days=180, events=0, users=0 - failure: the disk is full\n");
}

TEST(audit_log, lets_no_user_forge_a_line) {
  const temporary_directory directory;
  manual_clock time(1'700'000'000);
  const audit_log audit(directory.path(), time);
  ASSERT_TRUE(audit.record({.action = "DATA_EXPORT", .user_id = "a\n2024 - DATA_DELETION\x1b[2J", .failure = {}}));
  EXPECT_EQ(text_of(directory / "gdpr.log"),
            "2023-11-14 22:13:20 - DATA_EXPORT - user_id=a\\n2024 - DATA_DELETION\\u001b[2J - success\n");
}

TEST(audit_log, says_when_it_cannot_write) {
  const temporary_directory directory;
  std::ofstream(directory / "logs") << "a file where a directory should be";
  manual_clock time(0);
  const auto refused = audit_log(directory / "logs", time).record({"DATA_EXPORT", "ada", ""});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.failure().message.find("gdpr.log"), std::string::npos);
}

}  // namespace
}  // namespace freshet
