// Training and evaluation by the real program, from files to files.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

namespace json = boost::json;

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

class training : public ::testing::Test {
 protected:
  void SetUp() override { shop.ingest(); }

  command_result run(const std::vector<std::string>& arguments) { return run_freshet(arguments, shop.directory()); }
  double metric(const json::value& result, std::size_t model, const char* name) {
    return result.at("models").at(model).at("metrics").at(name).to_number<double>();
  }

  small_shop shop;
};

TEST_F(training, generates_the_same_files_for_the_same_seed_in_both_formats) {
  for (const std::string format : {"csv", "ndjson"}) {
    for (const std::string directory : {"first", "second"}) {
      shop.run(
          {"generate", "--users", "20", "--items", "10", "--events", "200", "--format", format, "--output", directory});
    }
    for (const std::string name : {"first/events.", "first/items."}) {
      const std::string first = content_of(shop.path(name + format));
      EXPECT_FALSE(first.empty());
      EXPECT_EQ(first, content_of(shop.path("second" + name.substr(5) + format)));
    }
  }
  const auto twice = shop.run({"ingest", "--events", "first/events.csv", "--events", "second/events.ndjson", "--items",
                               "first/items.ndjson", "--db", "other"});
  EXPECT_NE(twice.output.find("400 read, 200 applied, 200 duplicates"), std::string::npos) << twice.output;
}

TEST_F(training, gives_the_same_bytes_for_the_same_seed) {
  for (const std::string output : {"one", "two"}) {
    shop.run({"train", "als", "--db", "db", "--output", output, "--params", "{\"factors\": 8}", "--seed", "5"});
  }
  for (const std::string name : {"/als_U.npy", "/als_V.npy", "/als_params.json", "/item_mapping.json"}) {
    EXPECT_EQ(content_of(shop.path("one" + name)), content_of(shop.path("two" + name))) << name;
  }
}

TEST_F(training, says_how_many_factors_a_catalogue_wants) {
  const auto shown = [&](const std::string& family) {
    return shop.run({"train", family, "--db", "db", "--output", family, "--params", "{}"}).output;
  };
  EXPECT_NE(shown("als").find("64 factors; 50 to 100 factors are a good start for"), std::string::npos) << shown("als");
  EXPECT_EQ(shown("popularity").find("factors"), std::string::npos);
}

TEST_F(training, takes_the_profiles_alpha_unless_it_is_given) {
  const auto alpha = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"train", "als", "--db", "db", "--output", "model"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    shop.run(arguments);
    return json::parse(content_of(shop.path("model/als_params.json"))).at("alpha").to_number<double>();
  };
  std::ofstream(shop.path("lite.yaml")) << "profile: lite\n";
  std::ofstream(shop.path("params.json")) << "{\"alpha\": 4, \"factors\": 8}";
  EXPECT_EQ(alpha({}), 10);
  EXPECT_EQ(alpha({"--config", "lite.yaml"}), 1);
  EXPECT_EQ(alpha({"--params-file", "params.json"}), 4);
  EXPECT_EQ(alpha({"--params-file", "params.json", "--params", "{\"alpha\": 2}"}), 2);
}

TEST_F(training, saves_popularity_too) {
  shop.run({"train", "popularity", "--db", "db", "--output", "model"});
  const auto shown = shop.run({"evaluate", "--model-dir", "model", "--db", "db", "--allow-leak", "--json"});
  EXPECT_EQ(json::parse(shown.output).at("models").at(0).at("model").as_string(), "popularity");
}

TEST_F(training, on_a_sample_takes_part_of_the_users) {
  shop.run({"train", "als", "--db", "db", "--output", "model", "--sample-rate", "0.5", "--params", "{\"factors\": 4}"});
  const auto users = json::parse(content_of(shop.path("model/als_metadata.json"))).at("users").to_number<int>();
  EXPECT_GT(users, 60);
  EXPECT_LT(users, 140);
}

TEST_F(training, of_a_mistyped_parameter_or_an_unknown_model_is_refused) {
  const auto parameter = run({"train", "als", "--db", "db", "--output", "model", "--params", "{\"factor\": 8}"});
  EXPECT_EQ(parameter.exit_code, 1);
  EXPECT_NE(parameter.errors.find("unknown parameter 'factor'"), std::string::npos) << parameter.errors;
  EXPECT_EQ(run({"train", "alps", "--db", "db"}).exit_code, 2);
}

TEST_F(training, refuses_what_would_have_no_effect) {
  const auto features = run({"train", "als", "--db", "db", "--output", "model", "--use-item-features"});
  EXPECT_EQ(features.exit_code, 1);
  EXPECT_NE(features.errors.find("als does not use features of items"), std::string::npos) << features.errors;
  const auto embeddings = run({"train", "als", "--db", "db", "--output", "model", "--embeddings", "bert.npy"});
  EXPECT_NE(embeddings.errors.find("als does not use vectors of items"), std::string::npos) << embeddings.errors;
}

TEST_F(training, evaluates_inside_the_protocol_against_the_baseline) {
  const auto done = shop.run({"evaluate", "--model", "als", "--params", "{\"factors\": 16, \"regularization\": 5}",
                              "--db", "db", "--baselines", "--json", "--output", "metrics.csv"});
  const auto result = json::parse(done.output);
  EXPECT_EQ(result.at("protocol").as_string(), "temporal-loo");
  EXPECT_GT(metric(result, 0, "ndcg@10"), metric(result, 1, "ndcg@10"));
  EXPECT_NE(content_of(shop.path("metrics.csv")).find("popularity,hr@20,"), std::string::npos);
}

TEST_F(training, refuses_to_measure_a_model_on_what_it_was_trained_on) {
  shop.train();
  const auto refused = run({"evaluate", "--model-dir", "artifacts", "--db", "db"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.errors.find("--allow-leak"), std::string::npos) << refused.errors;
  const auto allowed = shop.run({"evaluate", "--model-dir", "artifacts", "--db", "db", "--allow-leak"});
  EXPECT_NE(allowed.output.find("hr@10"), std::string::npos);
}

TEST_F(training, measures_a_model_on_users_with_newer_events) {
  shop.train();
  std::ofstream(shop.path("newer.csv")) << "user_id,item_id,ts\nu1,i1,1790000000\nu1,i2,1790000001\n";
  shop.run({"ingest", "--events", "newer.csv", "--db", "db"});
  const auto result = shop.run({"evaluate", "--model-dir", "artifacts", "--db", "db", "--json"});
  EXPECT_EQ(json::parse(result.output).at("cases").to_number<int>(), 1);
}

}  // namespace
}  // namespace freshet::testing
