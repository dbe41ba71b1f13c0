#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class als_files : public ::testing::Test {
 protected:
  std::string refusal() {
    fs::remove(at_ / "als_metadata.json");
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }

  testing::temporary_directory directory_;
  fs::path at_ = directory_ / "als";
};

TEST_F(als_files, hold_what_the_confidences_of_each_item_are_multiplied_by) {
  const auto trained = testing::small_scaled_als();
  ASSERT_TRUE(save_model(at_, trained));
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  const auto& before = dynamic_cast<const als_model&>(*trained.served);
  const auto& after = dynamic_cast<const als_model&>(*loaded->served);
  EXPECT_EQ(after.options(), before.options());
  EXPECT_EQ(after.item_confidence_scales(), before.item_confidence_scales());
  EXPECT_EQ(testing::folded(after), testing::folded(before));
}

TEST_F(als_files, of_plain_confidences_hold_no_scales) {
  ASSERT_TRUE(save_model(at_, testing::small_als()));
  EXPECT_FALSE(fs::exists(at_ / "als_item_confidence_scale.npy"));
}

TEST_F(als_files, without_the_scales_that_their_parameters_ask_for_are_refused_by_name) {
  ASSERT_TRUE(save_model(at_, testing::small_scaled_als()));
  ASSERT_TRUE(write_npy(at_ / "als_item_confidence_scale.npy", std::vector<float>(39)));
  EXPECT_THAT(refusal(), HasSubstr("als_item_confidence_scale.npy has 39 values where the model has 40 items"));
  fs::remove(at_ / "als_item_confidence_scale.npy");
  EXPECT_THAT(refusal(), HasSubstr("als_item_confidence_scale.npy"));
}

}  // namespace
}  // namespace freshet
