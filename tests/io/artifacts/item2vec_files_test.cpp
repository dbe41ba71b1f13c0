#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/models/item2vec/item2vec.hpp"
#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_model.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::temporary_directory;

matrix<float> random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  random_source random(seed);
  matrix<float> values(rows, columns);
  for (float& value : values.values()) value = static_cast<float>(random.normal());
  return values;
}

loaded_model small_item2vec() {
  const item2vec_options options{.vector_size = 6, .negative_exponent = 0.25, .recency_half_life = 1.5};
  loaded_model model;
  model.served = std::make_shared<item2vec_model>(random_matrix(12, 6, 1), random_matrix(12, 6, 2), options);
  model.item_ids = testing::ids_of("item-", 12);
  model.params = to_json(to_parameters(options));
  model.metadata = testing::small_metadata();
  return model;
}

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
  loaded_model trained_ = small_item2vec();
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
  ASSERT_TRUE(write_npy(at_ / "item2vec_C.npy", random_matrix(12, 5, 3).view()));
  EXPECT_THAT(refusal(), AllOf(HasSubstr("item2vec_C.npy"), HasSubstr("12 x 5"), HasSubstr("12 x 6")));
  std::ofstream(at_ / "item2vec_C.npy") << "not an array";
  EXPECT_THAT(refusal(), HasSubstr("item2vec_C.npy"));
  fs::remove(at_ / "item2vec_C.npy");
  EXPECT_THAT(refusal(), HasSubstr("item2vec_C.npy"));
  ASSERT_TRUE(write_npy(at_ / "item2vec_C.npy", random_matrix(12, 6, 3).view()));
  std::ofstream(at_ / "item2vec_params.json") << R"({"recency_half_life": -1})";
  EXPECT_THAT(refusal(), AllOf(HasSubstr("item2vec_params.json"), HasSubstr("recency_half_life")));
}

}  // namespace
}  // namespace freshet
