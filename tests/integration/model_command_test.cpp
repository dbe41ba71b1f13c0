// `freshet model` on the real program: what it does with the registry and with models' files, also when many do it at
// once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/support/small_shop.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::child_process;
using testing::command_result;
using ::testing::HasSubstr;
using testing::small_shop;

class model_command : public ::testing::Test {
 protected:
  void train(int models) {
    shop.ingest();
    for (int seed = 1; seed <= models; ++seed) shop.train("popularity", std::to_string(seed));
  }
  command_result model(std::vector<std::string> arguments, const std::string& root = "artifacts") {
    arguments.insert(arguments.begin(), "model");
    arguments.insert(arguments.end(), {"--model-dir", shop.path(root)});
    return testing::run_freshet(arguments, shop.directory());
  }
  boost::json::value document(std::vector<std::string> arguments, const std::string& root = "artifacts") {
    arguments.emplace_back("--json");
    const auto done = model(std::move(arguments), root);
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    boost::system::error_code failed;
    return boost::json::parse(done.output, failed);
  }
  std::string id(std::size_t at) {
    return std::string(document({"list"}).at("models").at(at).at("model_id").as_string());
  }
  std::string directory_of(const std::string& model_id) {
    return std::string(document({"show", model_id}).at("path").as_string());
  }
  std::string audit() {
    std::ostringstream text;
    text << std::ifstream(shop.path("logs/registry_audit.log")).rdbuf();
    return text.str();
  }

  small_shop shop;
};

TEST_F(model_command, rolls_back_archives_and_says_what_it_will_not_do) {
  train(2);
  const auto first = id(0);
  const auto second = id(1);
  EXPECT_EQ(model({"archive", second}).exit_code, 1);
  EXPECT_EQ(document({"rollback"}).at("model_id").as_string(), first);
  EXPECT_EQ(document({"list"}).at("current").as_string(), first);
  EXPECT_EQ(document({"archive", second}).at("status").as_string(), "archived");
  EXPECT_EQ(model({"rollback"}).exit_code, 1);
  EXPECT_EQ(model({"archive", "als_1"}).exit_code, 1);
  EXPECT_THAT(audit(), AllOf(HasSubstr("ROLLBACK"), HasSubstr("ARCHIVE")));
}

TEST_F(model_command, validates_exports_and_imports) {
  train(2);
  EXPECT_EQ(model({"validate"}).exit_code, 0);
  const auto archive = shop.path("best.tar.zst");
  document({"export", id(1), "--output", archive});
  const auto imported = document({"import", archive, "--activate"}, "elsewhere");
  EXPECT_EQ(imported.at("model_id").as_string(), id(1));
  EXPECT_EQ(document({"list"}, "elsewhere").at("current").as_string(), id(1));

  fs::resize_file(fs::path(directory_of(id(0))) / "popularity_scores.npy", 100);
  const auto damaged = model({"validate"});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_THAT(damaged.output, HasSubstr("popularity_scores.npy"));
  EXPECT_THAT(damaged.errors, AllOf(HasSubstr(id(0)), ::testing::Not(HasSubstr(id(1)))));
  EXPECT_EQ(model({"validate", id(1)}).exit_code, 0);
  EXPECT_EQ(model({"export", id(0), "--output", shop.path("bad.tar")}).exit_code, 1);
  EXPECT_EQ(model({"export", id(1), "--output", shop.path("bad.zip")}).exit_code, 1);
  EXPECT_EQ(model({"import"}).exit_code, 2);
}

TEST_F(model_command, recovers_a_damaged_registry_and_says_so) {
  train(2);
  const auto registry = shop.path("artifacts/registry.json");
  std::ofstream(registry) << "{\"current_best\": {";
  EXPECT_THAT(model({"list"}).errors, HasSubstr("being written"));
  fs::last_write_time(registry, fs::file_time_type::clock::now() - std::chrono::minutes(1));
  const auto recovered = model({"list"});
  EXPECT_EQ(recovered.exit_code, 0);
  EXPECT_THAT(recovered.errors, HasSubstr("recovered from registry.json.previous"));
  EXPECT_EQ(document({"list"}).at("models").as_array().size(), 1U) << "the copy is from before the second model";
}

TEST_F(model_command, of_many_processes_at_once_loses_nothing) {
  train(1);
  const auto archive = shop.path("one.tar");
  document({"export", id(0), "--output", archive});
  constexpr int processes = 8;
  std::vector<std::unique_ptr<child_process>> all;
  for (int i = 0; i < processes; ++i) {
    std::vector<std::string> line{FRESHET_BINARY,        "model", "import", archive, "--activate", "--model-dir",
                                  shop.path("artifacts")};
    all.push_back(std::make_unique<child_process>(std::move(line), shop.directory(), "import" + std::to_string(i)));
  }
  for (auto& each : all) EXPECT_EQ(each->wait(std::chrono::seconds(60)), 0) << each->errors();
  std::set<std::string> ids;
  const auto listed = document({"list"});
  for (const auto& each : listed.at("models").as_array()) {
    ids.emplace(each.at("model_id").as_string());
  }
  EXPECT_EQ(ids.size(), processes + 1U);
  EXPECT_EQ(model({"validate"}).exit_code, 0);
  std::istringstream lines(audit());
  std::size_t whole = 0;
  for (std::string line; std::getline(lines, line);) whole += line.ends_with("\"") ? 1 : 0;
  EXPECT_EQ(whole, processes + 1U) << audit();
}

}  // namespace
}  // namespace freshet
