#include "io/telemetry/log_erasure.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using testing::temporary_directory;

std::string content_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(log_erasure, blanks_the_ids_of_requests_in_place_and_nothing_else) {
  const temporary_directory directory;
  std::filesystem::create_directories(directory / "service");
  const auto path = directory / "service" / "api.log";
  std::ofstream(path) << "INFO recommend user_id=5, topk=5, count=5\n"
                         "INFO recommend user_id=55, topk=10\n"
                         "INFO recommend user_id=Ann \\n Lee, topk=10\n"
                         "{\"message\":\"recommend user_id=an \\\"id\\\", topk=3\"}\n"
                         "INFO recommend user_id=an \"id\", topk=3\n";
  std::ofstream(directory / "service" / "api.1.log") << "INFO recommend user_id=5, topk=1\n";
  std::ofstream(directory / "gdpr.log") << "2026-01-01 00:00:00 - DATA_DELETION - user_id=5 - success\n";
  std::filesystem::create_symlink("service/api.log", directory / "api.log");
  // Whoever has it open goes on writing to it.
  std::ofstream writer(path, std::ios::app);

  const std::vector<std::string> ids{"5", "Ann \n Lee", "an \"id\""};
  const auto mentions = erase_users_from_logs(directory.path(), ids);
  ASSERT_TRUE(mentions) << mentions.failure().message;
  EXPECT_EQ(*mentions, 5U);
  writer << "and on\n" << std::flush;
  EXPECT_EQ(content_of(path),
            "INFO recommend user_id=*, topk=5, count=5\n"
            "INFO recommend user_id=55, topk=10\n"
            "INFO recommend user_id=**********, topk=10\n"
            "{\"message\":\"recommend user_id=*********, topk=3\"}\n"
            "INFO recommend user_id=*******, topk=3\n"
            "and on\n");
  EXPECT_EQ(content_of(directory / "service" / "api.1.log"), "INFO recommend user_id=*, topk=1\n");
  EXPECT_NE(content_of(directory / "gdpr.log").find("user_id=5 "), std::string::npos);
  const auto nothing = erase_users_from_logs(directory / "none", ids);
  EXPECT_TRUE(nothing && *nothing == 0);
}

}  // namespace
}  // namespace freshet
