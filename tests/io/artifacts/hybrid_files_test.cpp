#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/models/hybrid/hybrid.hpp"
#include "io/artifacts/model_blend.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/io/artifacts/small_model.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using testing::random_user;
using testing::same_model;
using testing::temporary_directory;

/// 40 items of one part, 50 of another, of which the first 10 only it knows.
loaded_model small_blend() {
  loaded_model model;
  model.parts.push_back(testing::small_als());
  model.parts.push_back(testing::small_popularity(50));
  for (auto& part : model.parts) part.metadata.model_type = std::string(part.served->type());
  model.item_ids = union_of_items(model.parts);
  const auto served = align_parts(model.parts, model.item_ids).value();
  model.served =
      hybrid_model::blend({{served[0], 0.6, 0.5}, {served[1], 0.4, 250}}, {.cold_start_threshold = 3}).value();
  model.params = "{}";
  model.metadata = testing::small_metadata();
  return model;
}

class hybrid_files : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(save_model(at_, model_)); }
  std::string refusal() {
    const auto loaded = load_model(at_);
    return loaded ? "loaded" : loaded.failure().message;
  }

  temporary_directory directory_;
  std::filesystem::path at_ = directory_.path() / "blend";
  loaded_model model_ = small_blend();
};

TEST_F(hybrid_files, give_back_the_same_blend) {
  const auto loaded = load_model(at_);
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->metadata.model_type, "hybrid");
  EXPECT_EQ(loaded->item_ids, model_.item_ids);
  for (std::uint64_t seed = 1; seed < 8; ++seed) {
    const auto user = random_user(model_.item_ids.size(), seed, seed);
    const query before = model_.served->fold_in(user);
    const query after = loaded->served->fold_in(user);
    for (std::uint32_t item = 0; item < model_.item_ids.size(); ++item) {
      EXPECT_EQ(score_of(loaded->served->scores(), after, item_row{item}),
                score_of(model_.served->scores(), before, item_row{item}));
    }
  }
}

TEST_F(hybrid_files, hold_every_part_as_a_model_of_its_own) {
  const auto als = load_model(at_ / "parts" / "0_als");
  ASSERT_TRUE(als) << als.failure().message;
  auto expected = model_.parts[0];
  expected.metadata.users = 30;
  expected.metadata.items = 40;
  expected.metadata.factors = 8;
  EXPECT_TRUE(same_model(*als, expected));
  EXPECT_TRUE(std::filesystem::exists(at_ / "parts" / "1_popularity" / "popularity_scores.npy"));
}

TEST_F(hybrid_files, can_be_replaced) {
  EXPECT_TRUE(save_model(at_, model_));
  EXPECT_EQ(refusal(), "loaded");
}

TEST_F(hybrid_files, with_another_part_in_the_place_of_one_are_refused) {
  ASSERT_TRUE(save_model(at_ / "parts" / "0_als", testing::small_als(8)));
  EXPECT_THAT(refusal(), HasSubstr("is not that of the part that was blended"));
}

TEST_F(hybrid_files, with_a_damaged_or_missing_part_are_refused_by_name) {
  const auto factors = at_ / "parts" / "0_als" / "als_V.npy";
  std::ofstream(factors, std::ios::app) << "x";
  EXPECT_THAT(refusal(), HasSubstr(factors.string()));
  std::filesystem::remove_all(at_ / "parts" / "0_als");
  EXPECT_THAT(refusal(), HasSubstr("0_als"));
}

TEST_F(hybrid_files, written_by_hand_need_no_checksums_and_stay_below_the_blend) {
  const auto write = [&](const std::string& directory) {
    std::filesystem::remove(at_ / "hybrid_metadata.json");
    std::ofstream(at_ / "hybrid_parts.json")
        << R"({"parts": [{"directory": ")" << directory << R"(", "weight": 1, "score_std": 1}, {"directory":
           "parts/1_popularity", "weight": 2, "score_std": 9}], "cold_start_threshold": 5,
           "cold_start_strategy": "equal"})";
  };
  write("parts/0_als");
  EXPECT_EQ(refusal(), "loaded");
  write("../../parts/0_als");
  EXPECT_THAT(refusal(), HasSubstr("no directory below this one"));
}

}  // namespace
}  // namespace freshet
