// What every command promises: exit codes, help with an example, configuration that is checked, and the registry's
//                              commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::command_result;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run_freshet;
using testing::temporary_directory;

class command_line : public ::testing::Test {
 protected:
  command_result run(const std::vector<std::string>& arguments) { return run_freshet(arguments, directory_.path()); }
  void write(const std::string& name, const std::string& text) {
    fs::create_directories((directory_ / name).parent_path());
    std::ofstream(directory_ / name) << text;
  }
  /// A popularity model of one item as another program would leave it, registered as `id`.
  void add_model(const std::string& version) {
    const std::string at = "cf/popularity/" + version + "/";
    // NumPy's header for float32 of shape (1,), padded to 128 bytes, and one number.
    std::string npy =
        std::string("\x93NUMPY\x01\x00\x76\x00", 10) + "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    npy.resize(10 + 0x76 - 1, ' ');
    write(at + "popularity_scores.npy", npy + "\n" + std::string("\0\0\x80\x3f", 4));
    write(at + "item_mapping.json", R"({"a": 0})");
  }

  temporary_directory directory_;
};

TEST_F(command_line, wrong_usage_is_2_and_help_is_0) {
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run({"recommend"}).exit_code, 2);
  EXPECT_EQ(run({"version", "--colour"}).exit_code, 2);
  EXPECT_EQ(run({"version", "--log-level", "LOUD"}).exit_code, 2);
  EXPECT_EQ(run({"--help"}).exit_code, 0);
  EXPECT_THAT(run({"--version"}).output, HasSubstr(FRESHET_VERSION));
}

TEST_F(command_line, every_command_explains_itself_with_an_example) {
  const std::string help = run({"--help"}).output;
  for (const char* command : {"generate", "ingest", "stream-ingest", "export", "produce", "train", "evaluate", "serve",
                              "worker", "model", "check-config", "version"}) {
    EXPECT_THAT(help, HasSubstr(std::string("\n  ") + command + " "));
    const auto shown = run({command, "--help"});
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_THAT(shown.output, AllOf(HasSubstr("Example:"), HasSubstr(std::string("freshet ") + command),
                                    HasSubstr("--config"), HasSubstr("--log-level")));
  }
}

TEST_F(command_line, version_names_the_libraries) {
  const auto facts = boost::json::parse(run({"version", "--json"}).output);
  EXPECT_EQ(facts.at("version").as_string(), FRESHET_VERSION);
  for (const char* library : {"caf", "rocksdb", "librdkafka", "boost"}) {
    EXPECT_FALSE(facts.at("libraries").at(library).as_string().empty()) << library;
  }
}

TEST_F(command_line, check_config_shows_values_and_origins) {
  write("good.yaml", "server:\n  port: 81\nkafka:\n  sasl.password: letmein\npaths:\n  processed: data\n");
  const auto checked = run({"check-config", "good.yaml", "--json", "--log-level", "debug"});
  ASSERT_EQ(checked.exit_code, 0) << checked.errors;
  EXPECT_THAT(checked.output, Not(HasSubstr("letmein")));
  const auto document = boost::json::parse(checked.output);
  EXPECT_EQ(document.at("settings").at("server.port").at("value"), 81);
  EXPECT_EQ(document.at("settings").at("server.port").at("origin"), "good.yaml:2");
  EXPECT_EQ(document.at("settings").at("logging.level").at("origin"), "command line");
  EXPECT_THAT(std::string(document.at("warnings").at(0).as_string()), HasSubstr("paths.processed"));
  EXPECT_THAT(run({"check-config", "good.yaml"}).errors, HasSubstr("paths.processed"));
}

TEST_F(command_line, bad_configuration_is_78_for_every_command) {
  write("bad.yaml", "server:\n  prot: 81\n");
  const auto checked = run({"check-config", "bad.yaml"});
  EXPECT_EQ(checked.exit_code, 78);
  EXPECT_THAT(checked.output, IsEmpty());
  EXPECT_THAT(checked.errors, HasSubstr("bad.yaml:2: unknown setting server.prot; did you mean server.port?"));
  EXPECT_EQ(run({"serve", "--config", "bad.yaml"}).exit_code, 78);
  EXPECT_EQ(run({"model", "list", "--config", "bad.yaml"}).exit_code, 78);
  write(".env", "API_PORT=many\n");
  EXPECT_EQ(run({"check-config"}).exit_code, 78);
}

TEST_F(command_line, the_printed_defaults_are_a_valid_configuration) {
  write("defaults.yaml", run({"check-config", "--defaults"}).output);
  EXPECT_EQ(run({"check-config", "defaults.yaml"}).exit_code, 0);
}

TEST_F(command_line, lists_shows_and_activates_models) {
  write("cf/registry.json", R"({"current_best": "popularity_20261101_v1", "models": {
    "popularity_20261101_v1": {"metrics": {"ndcg_10": 0.125}}, "popularity_20261102_v1": {}, "popularity_20261103_v1": {}}})");
  for (const char* version : {"20261101_v1", "20261102_v1"}) add_model(version);
  const auto listed = boost::json::parse(run({"model", "list", "--model-dir", "cf", "--json"}).output);
  EXPECT_EQ(listed.at("current"), "popularity_20261101_v1");
  EXPECT_EQ(listed.at("models").as_array().size(), 3u);

  const auto shown =
      boost::json::parse(run({"model", "show", "popularity_20261102_v1", "--model-dir", "cf", "--json"}).output);
  EXPECT_TRUE(shown.at("loads").as_bool()) << shown;
  EXPECT_EQ(shown.at("items"), 1);

  const auto activated = run({"model", "activate", "popularity_20261102_v1", "--model-dir", "cf"});
  EXPECT_EQ(activated.exit_code, 0) << activated.errors;
  EXPECT_THAT(run({"model", "list", "--model-dir", "cf"}).output, HasSubstr("* popularity_20261102_v1"));
  EXPECT_TRUE(fs::exists(directory_ / "logs/registry_audit.log"));
}

TEST_F(command_line, a_model_that_does_not_load_is_not_activated) {
  write("cf/registry.json", R"({"current_best": "popularity_20261101_v1",
                                "models": {"popularity_20261101_v1": {}, "popularity_20261102_v1": {}}})");
  for (const char* version : {"20261101_v1", "20261102_v1"}) add_model(version);
  write("cf/popularity/20261102_v1/item_mapping.json", "{");
  const auto refused = run({"model", "activate", "popularity_20261102_v1", "--model-dir", "cf"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("item_mapping.json"));
  EXPECT_EQ(run({"model", "activate", "popularity_20261109_v1", "--model-dir", "cf"}).exit_code, 1);
  EXPECT_THAT(run({"model", "list", "--model-dir", "cf"}).output, HasSubstr("* popularity_20261101_v1"));
}

}  // namespace
}  // namespace freshet
