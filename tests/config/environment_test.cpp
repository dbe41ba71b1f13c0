#include "config/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::temporary_directory;

// key -> value after applying in order.
std::map<std::string, std::string> effective(const environment_variables& variables) {
  const auto found = settings_in(variables, "environment ");
  std::map<std::string, std::string> values;
  if (!found) return {{"refused", found.failure().message}};
  for (const auto& given : found->values) values[given.key] = given.value;
  return values;
}

using map = std::map<std::string, std::string>;

TEST(environment, maps_every_documented_name_to_its_setting) {
  EXPECT_EQ(
      effective(
          {{"RECSYS_LOG_LEVEL", "DEBUG"}, {"RECSYS_WORKERS", "4"}, {"RECSYS_PORT", "80"}, {"RECSYS_MODEL_PATH", "m"}}),
      (map{{"logging.level", "DEBUG"}, {"server.workers", "4"}, {"server.port", "80"}, {"model.dir", "m"}}));
  EXPECT_EQ(effective({{"MODEL_TYPE", "als"},
                       {"API_PORT", "80"},
                       {"LOG_LEVEL", "INFO"},
                       {"MODEL_DIR", "m"},
                       {"DB_PATH", "d"},
                       {"MAX_RECOMMENDATIONS", "50"},
                       {"CACHE_EXPIRY", "300"},
                       {"CACHE_SIZE", "100"},
                       {"BATCH_SIZE", "500"}}),
            (map{{"model.type", "als"},
                 {"server.port", "80"},
                 {"logging.level", "INFO"},
                 {"model.dir", "m"},
                 {"store.path", "d"},
                 {"api.max_recommendations", "50"},
                 {"cache.response.ttl_seconds", "300"},
                 {"cache.response.max_size", "100"},
                 {"kafka.batch_records_max", "500"}}));
  EXPECT_EQ(effective({{"WORKER_INTERVAL", "60"},
                       {"THREADS", "8"},
                       {"FAISS_NLIST", "1"},
                       {"FAISS_NPROBE", "2"},
                       {"FAISS_USE_THREADS", "1"}}),
            (map{{"worker.interval_seconds", "60"},
                 {"worker.threads", "8"},
                 {"faiss.nlist", "1"},
                 {"faiss.nprobe", "2"},
                 {"faiss.use_threads", "1"}}));
}

TEST(environment, two_underscores_stand_for_the_dot) {
  EXPECT_EQ(effective({{"FRESHET_CACHE__USER_PROFILE__MAX_SIZE", "7"}, {"FRESHET_PROFILE", "lite"}}),
            (map{{"cache.user_profile.max_size", "7"}, {"profile", "lite"}}));
}

TEST(environment, foreign_names_and_empty_old_names_are_left_alone) {
  EXPECT_THAT(effective({{"PATH", "/bin"}, {"FRESHET_DATA", "/data"}, {"API_PORT", ""}}), IsEmpty());
}

TEST(environment, warns_of_names_that_are_probably_misspelled) {
  const auto found = settings_in({{"RECSYS_PROT", "1"}, {"FRESHET_SERVER_PORT", "2"}}, "environment ");
  ASSERT_TRUE(found);
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("FRESHET_SERVER__PORT"), HasSubstr("RECSYS_PORT")));
}

TEST(environment, reads_secrets_from_files) {
  const temporary_directory directory;
  std::ofstream(directory / "password") << "letmein\n";
  const auto path = (directory / "password").string();
  EXPECT_EQ(effective({{"FRESHET_KAFKA__SASL__PASSWORD_FILE", path}}), (map{{"kafka.sasl.password", "letmein"}}));
  EXPECT_THAT(effective({{"FRESHET_KAFKA__SASL__PASSWORD_FILE", path + "x"}})["refused"], HasSubstr("cannot be read"));
  EXPECT_THAT(effective({{"FRESHET_SERVER__HOST_FILE", path}, {"FRESHET_SERVER__HOST", "h"}})["refused"],
              HasSubstr("both set"));
}

TEST(dotenv, reads_names_quotes_and_comments) {
  const temporary_directory directory;
  std::ofstream(directory / ".env")
      << "# comment\n\nexport API_PORT=80\nA = plain # comment\nB=\"two words # kept\" # c\n"
         "C='x=\"y\"'\r\nD=\nE=a#b\n";
  const auto variables = read_dotenv(directory / ".env");
  ASSERT_TRUE(variables);
  EXPECT_EQ(
      *variables,
      (environment_variables{
          {"API_PORT", "80"}, {"A", "plain"}, {"B", "two words # kept"}, {"C", "x=\"y\""}, {"D", ""}, {"E", "a#b"}}));
}

TEST(dotenv, a_missing_file_is_empty_and_a_bad_line_is_named) {
  const temporary_directory directory;
  EXPECT_THAT(*read_dotenv(directory / "absent"), IsEmpty());
  for (const char* bad : {"API PORT=1", "=1", "1A=2", "word"}) {
    std::ofstream(directory / ".env") << "\n" << bad << "\n";
    const auto variables = read_dotenv(directory / ".env");
    ASSERT_FALSE(variables) << bad;
    EXPECT_THAT(variables.failure().message, HasSubstr(".env:2: expected NAME=VALUE"));
  }
}

}  // namespace
}  // namespace freshet
