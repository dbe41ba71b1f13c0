#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::temporary_directory;

class item2vec_files : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(save_model(at_, trained_)); }
  std::string refusal() {
    fs::remove(at_ / "item2vec_metadata.json");
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }

  temporary_directory directory_;
  fs::path at_ = directory_ / "item2vec";
  loaded_model trained_ = testing::small_item2vec();
};

TEST_F(item2vec_files, come_back_as_they_were) {
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  const auto& before = dynamic_cast<const item2vec_model&>(*trained_.served);
  const auto& after = dynamic_cast<const item2vec_model&>(*loaded->served);
  EXPECT_EQ(after.input_vectors().values(), before.input_vectors().values());
  EXPECT_EQ(after.output_vectors().values(), before.output_vectors().values());
  EXPECT_EQ(after.options(), before.options());
  EXPECT_EQ(loaded->item_ids, trained_.item_ids);
}

TEST_F(item2vec_files, are_served_without_parameters) {
  fs::remove(at_ / "item2vec_params.json");
  EXPECT_EQ(refusal(), "loaded");
  EXPECT_EQ(dynamic_cast<const item2vec_model&>(*load_model(at_)->served).options(), item2vec_options{});
}

TEST_F(item2vec_files, that_are_damaged_are_refused_by_name) {
  ASSERT_TRUE(write_npy(at_ / "item2vec_C.npy", testing::normal_matrix(12, 5, 3).view()));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("item2vec_C.npy"), HasSubstr("12 x 5"), HasSubstr("12 x 6")));
  std::ofstream(at_ / "item2vec_C.npy") << "not an array";
  EXPECT_THAT(refusal(), HasSubstr("item2vec_C.npy"));
  fs::remove(at_ / "item2vec_C.npy");
  EXPECT_THAT(refusal(), HasSubstr("item2vec_C.npy"));
  ASSERT_TRUE(write_npy(at_ / "item2vec_C.npy", testing::normal_matrix(12, 6, 3).view()));
  std::ofstream(at_ / "item2vec_params.json") << R"({"recency_half_life": -1})";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("item2vec_params.json"), HasSubstr("recency_half_life")));
}

}  // namespace
}  // namespace freshet
