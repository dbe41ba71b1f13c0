// What deploy/cron ships: the scripts do what their lines in the crontab are there for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <fstream>
#include <sstream>

#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path shipped = FRESHET_SOURCE_DIR "/deploy/cron";

class cron : public ::testing::Test {
 protected:
  command_result run(const std::string& script, const std::string& argument) {
    child_process process({"/usr/bin/env", "FRESHET=" FRESHET_BINARY, "FRESHET_HOME=" + shop.directory().string(),
                           "DB_PATH=" + shop.path("db"), "RECSYS_MODEL_PATH=" + shop.path("artifacts"),
                           (shipped / script).string(), argument},
                          shop.directory(), "cron-" + std::to_string(++runs));
    command_result done{
        .exit_code = process.wait(std::chrono::minutes(2)), .output = process.output(), .errors = process.errors()};
    return done;
  }
  boost::json::value models() {
    return boost::json::parse(shop.run({"model", "list", "--model-dir", shop.path("artifacts"), "--json"}).output);
  }

  small_shop shop;
  int runs = 0;
};

TEST_F(cron, retrains_and_backs_up_and_says_when_it_could_not) {
  shop.ingest();
  const auto trained = run("retrain.sh", "als");
  ASSERT_EQ(trained.exit_code, 0) << trained.errors;
  EXPECT_THAT(trained.output, HasSubstr("the new model serves"));
  const auto before = models();
  ASSERT_EQ(before.at("models").as_array().size(), 1U);
  const auto refused = run("retrain.sh", "oracle");
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("the current model stays"));
  EXPECT_EQ(models(), before);

  for (int day = 0; day < 2; ++day) {
    const auto made = run("backup.sh", "backups");
    ASSERT_EQ(made.exit_code, 0) << made.errors;
    EXPECT_THAT(made.output, HasSubstr("every file of every backup"));
  }
  const auto listed = shop.run({"backup", "list", "--to", shop.path("backups")}).output;
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 2) << listed;
  std::filesystem::path damaged;
  for (const auto& file : std::filesystem::directory_iterator(shop.path("backups/files"))) {
    if (file.file_size() > 0) damaged = file.path();
  }
  // Of the same size: another one would be replaced.
  const std::string other(std::filesystem::file_size(damaged), 'x');
  std::ofstream(damaged, std::ios::binary) << other;
  const auto found = run("backup.sh", "backups");
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_THAT(found.output, HasSubstr(damaged.filename().string()));
}

TEST_F(cron, names_scripts_that_are_shipped_at_the_times_of_the_runbook) {
  std::ifstream table(shipped / "crontab");
  std::vector<std::string> lines;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || !std::isdigit(static_cast<unsigned char>(line.front()))) continue;
    std::istringstream words(line);
    std::string minute, hour, day, month, weekday, script;
    words >> minute >> hour >> day >> month >> weekday >> script;
    const auto name = std::filesystem::path(script).filename();
    EXPECT_EQ(::access((shipped / name).c_str(), X_OK), 0) << script;
    lines.push_back(minute + " " + hour + " " + day + " " + month + " " + weekday + " " + name.string());
  }
  EXPECT_THAT(lines, ::testing::ElementsAre("0 1 * * * backup.sh", "0 2 * * 0 retrain.sh"));
}

}  // namespace
}  // namespace freshet::testing
