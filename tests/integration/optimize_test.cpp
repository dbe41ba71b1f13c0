// The search over parameters by the real program: what it leaves behind, and that nothing is lost when it is killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class optimize : public ::testing::Test {
 protected:
  void SetUp() override { shop.ingest(); }

  std::vector<std::string> lines_of(const std::string& name) const {
    std::ifstream file(shop.path(name));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  json::value json_of(const std::string& name) const {
    std::ifstream file(shop.path(name));
    std::ostringstream text;
    text << file.rdbuf();
    return json::parse(text.str());
  }
  /// What was tried, by trial.
  std::vector<std::string> tried_in(const std::string& name) const {
    std::vector<std::string> tried;
    for (const auto& line : lines_of(name)) {
      const auto value = json::parse(line);
      if (value.as_object().contains("trial")) tried.push_back(json::serialize(value.at("parameters")));
    }
    return tried;
  }
  static std::vector<std::string> search(const std::string& storage, int trials = 14) {
    return {"optimize",  "als",
            "--db",      "db",
            "--trials",  std::to_string(trials),
            "--params",  "{\"iterations\": 10}",
            "--output",  "model",
            "--storage", storage};
  }
  std::unique_ptr<child_process> start(const std::vector<std::string>& arguments) const {
    std::vector<std::string> line{FRESHET_BINARY};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return std::make_unique<child_process>(std::move(line), shop.directory(), "search");
  }
  /// Waits until so many trials are kept; whether they are.
  bool await_trials(const std::string& storage, std::size_t count) const {
    for (int i = 0; i < 30'000; ++i) {
      if (lines_of(storage).size() > count) return true;
      std::this_thread::sleep_for(2ms);
    }
    return false;
  }

  small_shop shop;
};

TEST_F(optimize, trains_the_best_of_what_it_tried_and_leaves_a_table_behind) {
  const auto done = shop.run({"optimize", "als", "--db", "db", "--trials", "5", "--metric", "hr@10", "--output",
                              "model", "--params", "{\"iterations\": 5}"});
  EXPECT_THAT(done.output, HasSubstr("factors"));
  EXPECT_THAT(done.output, HasSubstr("saved in model"));
  EXPECT_EQ(lines_of("model/trials.csv").size(), 6U);
  EXPECT_EQ(json_of("model/best_params.json"), json_of("model/als_params.json"));
  EXPECT_EQ(json_of("model/best_params.json").at("iterations").to_number<int>(), 5);
  shop.run({"train", "als", "--db", "db", "--params-file", "model/best_params.json", "--output", "again"});
  shop.run({"evaluate", "--model-dir", "model", "--db", "db", "--allow-leak"});
  // Once more into the same place.
  shop.run({"optimize", "als", "--db", "db", "--trials", "2", "--output", "model"});
  EXPECT_EQ(lines_of("model/trials.csv").size(), 3U);
}

TEST_F(optimize, registers_the_model_and_keeps_its_report_beside_the_versions) {
  shop.run({"optimize", "als", "--db", "db", "--trials", "2", "--output", "artifacts", "--register"});
  EXPECT_EQ(json_of("artifacts/registry.json").at("current_best").at("model_type").as_string(), "als");
  EXPECT_TRUE(fs::exists(shop.path("artifacts/als/optimize/best_params.json")));
  shop.run({"optimize", "als", "--db", "db", "--trials", "2", "--output", "artifacts", "--register"});
  shop.run({"model", "list", "--model-dir", "artifacts"});
}

TEST_F(optimize, goes_on_after_a_kill_as_if_nothing_had_happened) {
  shop.run(search("whole.ndjson"));
  for (const std::size_t trials : {1U, 4U, 11U}) {
    const auto killed = start(search("cut.ndjson"));
    ASSERT_TRUE(await_trials("cut.ndjson", trials));
    killed->signal(SIGKILL);
    killed->wait(10s);
    // What a crash may leave of a line.
    std::ofstream(shop.path("cut.ndjson"), std::ios::app) << R"({"trial":99,"sta)";
  }
  shop.run(search("cut.ndjson"));
  EXPECT_EQ(tried_in("cut.ndjson"), tried_in("whole.ndjson"));
  EXPECT_EQ(lines_of("cut.ndjson").size(), 15U);
}

TEST_F(optimize, keeps_what_it_found_when_it_is_interrupted) {
  const auto interrupted = start(search("trials.ndjson", 100'000));
  ASSERT_TRUE(await_trials("trials.ndjson", 2));
  interrupted->signal(SIGINT);
  EXPECT_EQ(interrupted->wait(60s), 130);
  EXPECT_THAT(interrupted->errors(), HasSubstr("what was found so far is kept"));
  EXPECT_TRUE(fs::exists(shop.path("model/best_params.json")));
  EXPECT_FALSE(fs::exists(shop.path("model/als_V.npy")));
}

TEST_F(optimize, ends_in_time_and_trains_the_best) {
  auto arguments = search("trials.ndjson", 100'000);
  arguments.insert(arguments.end(), {"--timeout", "2"});
  shop.run(arguments);
  EXPECT_TRUE(fs::exists(shop.path("model/als_V.npy")));
}

TEST_F(optimize, draws_with_gnuplot_where_there_is_one_and_says_so_where_there_is_none) {
  const std::vector<std::string> small{"optimize", "popularity", "--db", "db", "--trials", "2", "--output", "model"};
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", shop.path("bin").c_str(), 1);
  const auto without = shop.run(small);
  EXPECT_THAT(without.errors, HasSubstr("gnuplot is not installed"));
  fs::create_directory(shop.path("bin"));
  std::ofstream(shop.path("bin/gnuplot"))
      << "#!/bin/sh\nwhile read -r line; do echo \"$line\"; done < \"$1\" > drawn\n";
  fs::permissions(shop.path("bin/gnuplot"), fs::perms::owner_all);
  const auto with = shop.run(small);
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(with.errors, "");
  EXPECT_EQ(lines_of("drawn").at(1), "set output 'model/trials.svg'");
}

TEST_F(optimize, finds_the_weights_of_a_blend) {
  const auto done = shop.run({"optimize", "hybrid", "--db", "db", "--trials", "3", "--output", "model", "--params",
                              R"({"parts": [{"model": "als", "params": {"factors": 8}}, {"model": "popularity"}]})"});
  EXPECT_THAT(done.output, HasSubstr("parts.1.weight"));
  EXPECT_EQ(json_of("model/best_params.json"), json_of("model/hybrid_params.json"));
}

TEST_F(optimize, searches_in_what_a_split_leaves_to_train_on) {
  std::ofstream train(shop.path("train.csv"));
  std::ofstream test(shop.path("test.csv"));
  for (int user = 0; user < 40; ++user) {
    for (int item = 0; item < 6; ++item) (item < 5 ? train : test) << user << ',' << (user % 4) * 6 + item << '\n';
  }
  train.close();
  test.close();
  const std::vector<std::string> split{"--protocol", "files", "--train", "train.csv", "--test", "test.csv"};
  std::vector<std::string> arguments{"optimize", "als", "--trials", "3", "--metric", "hr@10", "--output", "model"};
  arguments.insert(arguments.end(), split.begin(), split.end());
  shop.run(arguments);
  EXPECT_EQ(json_of("model/als_metadata.json").at("users").to_number<int>(), 40);
  std::vector<std::string> measured{"evaluate", "--model", "als", "--params-file", "model/best_params.json"};
  measured.insert(measured.end(), split.begin(), split.end());
  EXPECT_THAT(shop.run(measured).output, HasSubstr("hr@10"));
}

TEST_F(optimize, refuses_what_it_cannot_search) {
  const auto errors = [&](const std::vector<std::string>& arguments) {
    return run_freshet(arguments, shop.directory()).errors;
  };
  EXPECT_THAT(errors({"optimize", "hybrid", "--db", "db"}), HasSubstr("what shall be blended?"));
  EXPECT_THAT(errors({"optimize", "als", "--db", "db", "--metric", "beauty@10"}), HasSubstr("beauty"));
  EXPECT_THAT(errors({"train", "hybrid", "--db", "db", "--early-stopping", "ndcg@10", "--params",
                      R"({"parts": [{"model": "als"}]})"}),
              HasSubstr("train each with it by itself"));
  shop.run({"optimize", "als", "--db", "db", "--trials", "1", "--output", "model", "--storage", "t.ndjson"});
  EXPECT_THAT(errors({"optimize", "als", "--db", "db", "--storage", "t.ndjson", "--seed", "7", "--output", "model"}),
              HasSubstr("seed 42, not 7"));
}

}  // namespace
}  // namespace freshet::testing
