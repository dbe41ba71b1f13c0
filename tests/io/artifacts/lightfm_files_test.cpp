#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "io/artifacts/model_directory.hpp"
#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class lightfm_files : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(save_model(at_, trained_)); }
  std::string refusal() {
    fs::remove(at_ / "lightfm_metadata.json");
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }
  static query folded(const loaded_model& model) {
    return model.served->fold_in({.strengths = {{item_row{3}, 1}, {item_row{8}, 2}}});
  }

  testing::temporary_directory directory_;
  fs::path at_ = directory_ / "lightfm";
  loaded_model trained_ = testing::small_lightfm();
};

TEST_F(lightfm_files, hold_all_that_is_served) {
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->served->type(), "lightfm");
  EXPECT_EQ(loaded->user_factors.values(), trained_.user_factors.values());
  const auto expected = folded(trained_);
  const auto actual = folded(*loaded);
  EXPECT_EQ(std::get<dense_query>(actual).factors, std::get<dense_query>(expected).factors);
  for (std::uint32_t item = 0; item < 20; ++item) {
    EXPECT_EQ(score_of(loaded->served->scores(), actual, item_row{item}),
              score_of(trained_.served->scores(), expected, item_row{item}));
  }
}

TEST_F(lightfm_files, hold_the_user_bias_and_what_new_items_are_made_of) {
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  const auto& model = dynamic_cast<const lightfm_model&>(*loaded->served);
  EXPECT_EQ(std::vector<float>(model.user_bias().begin(), model.user_bias().end()), std::vector<float>(10, 2));
  ASSERT_NE(model.features(), nullptr);
  EXPECT_EQ(model.features()->names, (std::vector<std::string>{"category:a", "category:b"}));
  const auto place = model.represent(std::vector<weighted<item_row>>{{item_row{1}, 1}});
  EXPECT_EQ(place.factors[3], 0.5F);
  EXPECT_EQ(place.bias, 1);
}

TEST_F(lightfm_files, of_another_program_may_lack_bias_features_and_parameters) {
  for (const char* name : {"user_bias.npy", "feature_embeddings.npy", "feature_bias.npy", "feature_mapping.json"}) {
    fs::remove(at_ / (std::string("lightfm_") + name));
  }
  fs::remove(at_ / "lightfm_item_bias.npy");
  fs::remove(at_ / "lightfm_params.json");
  fs::remove(at_ / "lightfm_metadata.json");
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(score_of(loaded->served->scores(), dense_query{std::vector<float>(6)}, item_row{1}), 0);
}

TEST_F(lightfm_files, that_do_not_agree_are_refused_by_name) {
  ASSERT_TRUE(write_npy(at_ / "lightfm_item_bias.npy", std::vector<float>(19)));
  EXPECT_THAT(refusal(), HasSubstr("lightfm_item_bias.npy has 19 values where the model has 20 items"));
  ASSERT_TRUE(write_npy(at_ / "lightfm_item_bias.npy", std::vector<float>(20, NAN)));
  EXPECT_THAT(refusal(), HasSubstr("lightfm_item_bias.npy"));
  ASSERT_TRUE(write_npy(at_ / "lightfm_U.npy", matrix<float>(10, 5).view()));
  EXPECT_THAT(refusal(), HasSubstr("lightfm_U.npy has 5 factors where lightfm_V.npy has 6"));
}

TEST_F(lightfm_files, of_users_and_features_that_do_not_agree_are_refused_by_name) {
  ASSERT_TRUE(write_npy(at_ / "lightfm_feature_bias.npy", std::vector<float>(3)));
  EXPECT_THAT(refusal(), HasSubstr("lightfm_feature_bias.npy has 3 values where the model has 2 features"));
  ASSERT_TRUE(write_npy(at_ / "lightfm_feature_embeddings.npy", matrix<float>(2, 5).view()));
  EXPECT_THAT(refusal(), HasSubstr("lightfm_feature_embeddings.npy has 5 factors where lightfm_V.npy has 6"));
  ASSERT_TRUE(write_npy(at_ / "lightfm_user_bias.npy", std::vector<float>(11)));
  EXPECT_THAT(refusal(), HasSubstr("lightfm_user_bias.npy has 11 values where the model has 10 users"));
}

TEST_F(lightfm_files, with_parameters_out_of_bounds_are_refused_by_name) {
  std::ofstream(at_ / "lightfm_params.json") << R"({"no_components": 6, "max_sampled": 0})";
  EXPECT_THAT(refusal(), HasSubstr("lightfm_params.json: lightfm: max_sampled is 0"));
}

}  // namespace
}  // namespace freshet
