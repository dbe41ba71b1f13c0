#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ease_files : public ::testing::Test {
 protected:
  std::string refusal() {
    fs::remove(at_ / "ease_metadata.json");
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }
  testing::temporary_directory directory_;
  fs::path at_ = directory_ / "ease";
};

TEST_F(ease_files, load_what_was_saved) {
  for (const std::uint32_t kept : {0U, 6U}) {
    const auto saved = testing::small_ease(kept);
    ASSERT_TRUE(save_model(at_, saved));
    EXPECT_EQ(fs::exists(at_ / "ease_B_columns.npy"), kept > 0);
    const auto loaded = load_model(at_);
    ASSERT_TRUE(loaded) << loaded.failure().message;
    const auto& before = dynamic_cast<const ease_model&>(*saved.served);
    const auto& after = dynamic_cast<const ease_model&>(*loaded->served);
    EXPECT_EQ(after.options(), before.options());
    EXPECT_EQ(after.weights(), before.weights());
    EXPECT_EQ(loaded->metadata.items, 20U);
  }
}

TEST_F(ease_files, serve_a_matrix_of_another_program_without_parameters) {
  ASSERT_TRUE(save_model(at_, testing::small_ease(0)));
  fs::remove(at_ / "ease_params.json");
  EXPECT_EQ(refusal(), "loaded");
  EXPECT_EQ(dynamic_cast<const ease_model&>(*load_model(at_)->served).options(), ease_options{});
}

TEST_F(ease_files, that_are_damaged_are_refused_by_name) {
  ASSERT_TRUE(save_model(at_, testing::small_ease(0)));
  const matrix<float> narrow(20, 19);
  ASSERT_TRUE(write_npy(at_ / "ease_B.npy", narrow.view()));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("ease_B.npy is 20 x 19"), HasSubstr("ease_B_columns.npy")));
  auto values = testing::normal_matrix(20, 20, 5);
  values.row(3)[4] = std::numeric_limits<float>::quiet_NaN();
  ASSERT_TRUE(write_npy(at_ / "ease_B.npy", std::as_const(values).view()));
  EXPECT_THAT(refusal(), HasSubstr("ease_B.npy holds a value that is not finite at element 64"));
}

TEST_F(ease_files, with_columns_that_do_not_fit_are_refused_by_name) {
  ASSERT_TRUE(save_model(at_, testing::small_ease(6)));
  matrix<std::uint32_t> columns(20, 6);
  columns.row(7)[2] = 20;
  ASSERT_TRUE(write_npy(at_ / "ease_B_columns.npy", std::as_const(columns).view()));
  EXPECT_THAT(refusal(), HasSubstr("ease_B_columns.npy names the item row 20 of 20"));
  const matrix<std::uint32_t> narrow(20, 5);
  ASSERT_TRUE(write_npy(at_ / "ease_B_columns.npy", narrow.view()));
  EXPECT_THAT(refusal(), HasSubstr("ease_B_columns.npy is 20 x 5 where ease_B.npy is 20 x 6"));
  const matrix<float> fractions(20, 6);
  ASSERT_TRUE(write_npy(at_ / "ease_B_columns.npy", fractions.view()));
  EXPECT_THAT(refusal(), HasSubstr("not uint32 or int32"));
}

}  // namespace
}  // namespace freshet
