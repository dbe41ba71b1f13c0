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

class bpr_files : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(save_model(at_, trained_)); }
  std::string refusal() {
    fs::remove(at_ / "bpr_metadata.json");
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }
  static query folded(const loaded_model& model) {
    return model.served->fold_in({.strengths = {{item_row{3}, 1}, {item_row{8}, 2}}});
  }

  testing::temporary_directory directory_;
  fs::path at_ = directory_ / "bpr";
  loaded_model trained_ = testing::small_bpr();
};

TEST_F(bpr_files, hold_all_that_is_served) {
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->served->type(), "bpr");
  EXPECT_EQ(loaded->user_factors.values(), trained_.user_factors.values());
  const auto expected = folded(trained_);
  const auto actual = folded(*loaded);
  EXPECT_EQ(std::get<dense_query>(actual).factors, std::get<dense_query>(expected).factors);
  for (std::uint32_t item = 0; item < 20; ++item) {
    EXPECT_EQ(score_of(loaded->served->scores(), actual, item_row{item}),
              score_of(trained_.served->scores(), expected, item_row{item}));
  }
}

TEST_F(bpr_files, of_another_program_may_lack_bias_and_parameters) {
  fs::remove(at_ / "bpr_item_bias.npy");
  fs::remove(at_ / "bpr_params.json");
  fs::remove(at_ / "bpr_metadata.json");
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(score_of(loaded->served->scores(), dense_query{std::vector<float>(6)}, item_row{1}), 0);
}

TEST_F(bpr_files, of_implicit_hold_the_bias_in_a_column_that_every_user_has_1_in) {
  const auto& trained = dynamic_cast<const bpr_model&>(*trained_.served);
  const auto scores = std::get<dense_scores>(trained.scores());
  matrix<float> users(10, 7), items(20, 7);
  for (std::size_t row = 0; row < 10; ++row) {
    std::ranges::copy(trained_.user_factors.row(row), users.row(row).begin());
    users.row(row)[6] = 1;
  }
  for (std::size_t row = 0; row < 20; ++row) {
    std::ranges::copy(scores.factors.row(row), items.row(row).begin());
    items.row(row)[6] = scores.bias[row];
  }
  fs::remove(at_ / "bpr_item_bias.npy");
  fs::remove(at_ / "bpr_metadata.json");
  ASSERT_TRUE(write_npy(at_ / "bpr_U.npy", users.view()));
  ASSERT_TRUE(write_npy(at_ / "bpr_V.npy", items.view()));
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->user_factors.values(), trained_.user_factors.values());
  const auto expected = folded(trained_);
  const auto actual = folded(*loaded);
  for (std::uint32_t item = 0; item < 20; ++item) {
    EXPECT_EQ(score_of(loaded->served->scores(), actual, item_row{item}),
              score_of(trained_.served->scores(), expected, item_row{item}));
  }
}

TEST_F(bpr_files, that_do_not_agree_are_refused_by_name) {
  ASSERT_TRUE(write_npy(at_ / "bpr_item_bias.npy", std::vector<float>(19)));
  EXPECT_THAT(refusal(), HasSubstr("bpr_item_bias.npy has 19 values where the model has 20 items"));
  ASSERT_TRUE(write_npy(at_ / "bpr_item_bias.npy", std::vector<float>(20, NAN)));
  EXPECT_THAT(refusal(), HasSubstr("bpr_item_bias.npy"));
  ASSERT_TRUE(write_npy(at_ / "bpr_U.npy", matrix<float>(10, 5).view()));
  EXPECT_THAT(refusal(), HasSubstr("bpr_U.npy has 5 factors where bpr_V.npy has 6"));
}

TEST_F(bpr_files, with_parameters_out_of_bounds_are_refused_by_name) {
  std::ofstream(at_ / "bpr_params.json") << R"({"factors": 6, "negative_candidates": 0})";
  EXPECT_THAT(refusal(), HasSubstr("bpr_params.json: bpr: negative_candidates is 0"));
}

}  // namespace
}  // namespace freshet
