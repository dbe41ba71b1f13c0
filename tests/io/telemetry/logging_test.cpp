#include "io/telemetry/logging.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <thread>
#include <vector>

#include "io/telemetry/log_line.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class logging : public ::testing::Test {
 protected:
  logging() { ::testing::internal::CaptureStderr(); }
  ~logging() override { ::testing::internal::GetCapturedStderr(); }

  std::shared_ptr<log> open(log_channel channel = log_channel::service) {
    auto opened = log::open(options_, channel);
    EXPECT_TRUE(opened.ok());
    return std::move(opened).value();
  }

  testing::temporary_directory directory_;
  logging_options options_{.level = "INFO", .format = log_format::text, .dir = (directory_ / "logs").string()};
};

TEST_F(logging, writes_the_time_the_level_and_the_message_on_one_line) {
  const auto log = open();
  log->info("user_id=7, topk=10, count=10, fallback=false, latency=212ms");
  log->flush();
  const std::string line = content(directory_ / "logs/service/api.log");
  EXPECT_TRUE(std::regex_match(
      line, std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO user_id=7, topk=10, .*latency=212ms\n)")))
      << line;
  EXPECT_TRUE(std::regex_search(line, std::regex(R"(latency=[2-9]\d{2,}ms)"))) << "what the operations guide greps for";
}

TEST_F(logging, says_every_level_in_a_word) {
  options_.level = "debug";
  const auto log = open();
  log->debug("a");
  log->info("b");
  log->warning("c");
  log->failure("d");
  log->flush();
  const std::string lines = content(directory_ / "logs/service/api.log");
  for (const auto* expected : {" DEBUG a\n", " INFO b\n", " WARNING c\n", " ERROR d\n"}) {
    EXPECT_NE(lines.find(expected), std::string::npos) << lines;
  }
}

TEST_F(logging, keeps_the_text_in_the_message_of_json_lines) {
  options_.format = log_format::json;
  const auto log = open();
  log->info("user_id=\"a\nb\", latency=12ms");
  log->flush();
  const std::string line = content(directory_ / "logs/service/api.log");
  EXPECT_NE(line.find(R"("level":"INFO","message":"user_id=\"a\nb\", latency=12ms"})"), std::string::npos) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST_F(logging, lets_nobody_forge_a_line) {
  const auto log = open();
  log->info("user_id=x\r\n2026-01-01T00:00:00.000Z ERROR forged\x1b[2K");
  log->flush();
  const std::string line = content(directory_ / "logs/service/api.log");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_NE(line.find(R"(x\r\n2026)"), std::string::npos) << line;
}

TEST_F(logging, puts_each_channel_into_its_file_with_a_link_beside) {
  const std::pair<log_channel, std::string> channels[] = {{log_channel::service, "service/api.log"},
                                                          {log_channel::worker, "service/worker.log"},
                                                          {log_channel::training, "cf/train.log"},
                                                          {log_channel::pipelines, "pipelines/pipelines.log"}};
  for (const auto& [channel, file] : channels) {
    open(channel)->info("into " + file);
    const auto path = directory_ / "logs" / file;
    EXPECT_NE(content(path).find("into " + file), std::string::npos);
    const auto link = directory_ / "logs" / path.filename();
    EXPECT_EQ(std::filesystem::read_symlink(link), file);
    EXPECT_EQ(content(link), content(path));
  }
}

TEST_F(logging, leaves_a_file_of_somebody_else_in_the_place_of_the_link) {
  std::filesystem::create_directories(directory_ / "logs");
  std::ofstream(directory_ / "logs/api.log") << "old log";
  open()->info("new");
  EXPECT_EQ(content(directory_ / "logs/api.log"), "old log");
}

TEST_F(logging, appends_to_what_a_former_process_wrote) {
  open()->info("first");
  open()->info("second");
  const std::string lines = content(directory_ / "logs/service/api.log");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST_F(logging, changes_its_level_while_running) {
  const auto log = open();
  log->set_level("Error");
  log->info("hidden");
  log->set_level("loud");
  log->set_level("warning");
  log->warning("shown");
  log->flush();
  const std::string lines = content(directory_ / "logs/service/api.log");
  EXPECT_EQ(lines.find("hidden"), std::string::npos);
  EXPECT_NE(lines.find("shown"), std::string::npos);
}

TEST_F(logging, writes_a_new_file_after_logrotate_moved_the_old_one) {
  const auto log = open();
  const auto file = directory_ / "logs/service/api.log";
  log->info("before");
  log->flush();
  std::filesystem::rename(file, directory_ / "logs/service/api.log.1");
  log->reopen();
  log->info("after");
  log->flush();
  EXPECT_NE(content(file).find("after"), std::string::npos);
  EXPECT_EQ(content(file).find("before"), std::string::npos);
}

TEST_F(logging, loses_no_line_of_several_threads) {
  const auto log = open();
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&] {
      for (int line = 0; line < 1'000; ++line) log->info("a line");
    });
  }
  writers.clear();
  log->flush();
  const std::string lines = content(directory_ / "logs/service/api.log");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4'000);
}

TEST_F(logging, refuses_a_directory_that_cannot_be_and_a_level_that_is_none) {
  std::ofstream(directory_ / "file") << "not a directory";
  options_.dir = (directory_ / "file").string();
  const auto blocked = log::open(options_, log_channel::service);
  ASSERT_FALSE(blocked.ok());
  EXPECT_EQ(blocked.failure().code, error_code::io_failure);
  EXPECT_NE(blocked.failure().message.find("service/api.log"), std::string::npos) << blocked.failure().message;
  options_.level = "LOUD";
  const auto loud = log::open(options_, log_channel::service);
  ASSERT_FALSE(loud.ok());
  EXPECT_EQ(loud.failure().code, error_code::invalid_argument);
}

TEST(log_to_stderr, writes_there) {
  ::testing::internal::CaptureStderr();
  log::to_stderr("warning")->failure("to the terminal");
  const std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(lines.find(" ERROR to the terminal\n"), std::string::npos) << lines;
}

TEST(log_line, is_cut_when_it_is_too_long) {
  std::string line;
  append_log_line(line, log_format::text, {}, log_level::info, std::string(1 << 20, 'x'));
  EXPECT_LT(line.size(), log_line_bytes_max + 100);
  EXPECT_TRUE(line.ends_with("x...\n"));
  EXPECT_TRUE(line.starts_with("1970-01-01T00:00:00.000Z INFO "));
}

}  // namespace
}  // namespace freshet
