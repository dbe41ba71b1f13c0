// Blends by the real program: of models that were trained before, trained within a protocol, and served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"

namespace freshet::testing {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class train_hybrid : public ::testing::Test {
 protected:
  void SetUp() override {
    shop.ingest();
    shop.run({"train", "als", "--db", "db", "--output", "als", "--params", R"({"factors": 16, "regularization": 5})"});
    shop.run({"train", "popularity", "--db", "db", "--output", "popularity"});
  }
  json::value metrics(const std::vector<std::string>& of) {
    std::vector<std::string> arguments{"evaluate", "--db", "db", "--json"};
    arguments.insert(arguments.end(), of.begin(), of.end());
    return json::parse(shop.run(arguments).output).at("models").at(0).at("metrics");
  }

  small_shop shop;
};

TEST_F(train_hybrid, of_one_model_measures_like_that_model) {
  shop.run({"train-hybrid", "als", "--db", "db", "--output", "blend"});
  EXPECT_EQ(metrics({"--model-dir", "blend", "--allow-leak"}), metrics({"--model-dir", "als", "--allow-leak"}));
}

TEST_F(train_hybrid, says_what_everything_weighs_and_saves_all_of_it) {
  const auto done =
      shop.run({"train-hybrid", "als", "popularity", "--weights", "3,1", "--db", "db", "--output", "blend"});
  EXPECT_THAT(done.output, HasSubstr("weight 0.750"));
  EXPECT_THAT(done.output, HasSubstr("weight 0.250"));
  // The parameters that are saved train the same blend again.
  const auto again = metrics({"--model", "hybrid", "--params-file", "blend/hybrid_params.json"});
  const auto direct = metrics({"--model", "hybrid", "--params",
                               R"({"parts": [{"model": "als", "weight": 3, "params": {"factors": 16, "regularization":
                               5, "alpha": 10}}, {"model": "popularity"}]})"});
  EXPECT_EQ(again, direct);
}

TEST_F(train_hybrid, is_served_like_any_other_model) {
  shop.run({"train-hybrid", "als", "popularity", "--weights", "0.7,0.3", "--db", "db", "--output", "artifacts",
            "--register"});
  service_process service(shop.directory());
  EXPECT_EQ(service.get("/model_info").body.at("model_type").as_string(), "hybrid");
  EXPECT_EQ(service.get("/recommend?user_id=u1&k=10").body.at("recommendations").as_array().size(), 10U);
  EXPECT_EQ(service.get("/similar-items?item_id=i1&k=5").status, 200U);
  EXPECT_EQ(service.stop(), 0);
}

TEST_F(train_hybrid, knows_the_items_of_all_its_parts) {
  std::ofstream(shop.path("newer.csv")) << "user_id,item_id,ts\nu1,brand-new,1790000000\nu2,brand-new,1790000001\n";
  shop.run({"ingest", "--events", "newer.csv", "--db", "db"});
  shop.run({"train", "popularity", "--db", "db", "--output", "later"});
  shop.run({"train-hybrid", "als", "later", "--db", "db", "--output", "blend"});
  std::ifstream mapping(shop.path("blend/item_mapping.json"));
  const std::string text(std::istreambuf_iterator<char>(mapping), {});
  EXPECT_THAT(text, HasSubstr("brand-new"));
  shop.run({"evaluate", "--model-dir", "blend", "--db", "db", "--allow-leak"});
}

TEST_F(train_hybrid, refuses_weights_that_do_not_fit) {
  const auto refused =
      run_freshet({"train-hybrid", "als", "popularity", "--weights", "1", "--db", "db"}, shop.directory());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("1 weights for 2 models"));
  const auto cold = run_freshet(
      {"train-hybrid", "als", "popularity", "--cold-start-strategy", "content_only", "--db", "db", "--output", "blend"},
      shop.directory());
  EXPECT_THAT(cold.errors, HasSubstr("content_only needs a part"));
}

}  // namespace
}  // namespace freshet::testing
