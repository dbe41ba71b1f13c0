#include "io/artifacts/user_erasure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "core/models/hybrid/hybrid.hpp"
#include "io/artifacts/model_blend.hpp"
#include "io/artifacts/registry.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/npy.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using namespace testing;

/// A blend of a model with users and one without.
loaded_model small_blend() {
  loaded_model model;
  model.parts.push_back(small_lightfm());
  model.parts.push_back(small_popularity(50));
  for (auto& part : model.parts) part.metadata.model_type = std::string(part.served->type());
  model.item_ids = union_of_items(model.parts);
  const auto served = align_parts(model.parts, model.item_ids).value();
  model.served = hybrid_model::blend({{served[0], 0.6, 0.5}, {served[1], 0.4, 250}}, {}).value();
  model.params = "{}";
  model.metadata = small_metadata();
  return model;
}

std::size_t files_with(const std::filesystem::path& place, const std::string& word) {
  std::size_t found = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(place)) {
    if (!file.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(file.path(), std::ios::binary).rdbuf();
    if (text.str().find(word) != std::string::npos) ++found;
  }
  return found;
}

std::uint64_t rows_erased(const std::filesystem::path& root, const std::set<std::string, std::less<>>& ids) {
  const auto done = erase_users_from_models(root, [&](std::string_view id) { return ids.contains(id); });
  EXPECT_TRUE(done) << done.failure().message;
  return done ? done->rows : 0;
}

TEST(user_erasure, takes_users_out_of_every_model_and_leaves_all_else_as_it_was) {
  const temporary_directory directory;
  const auto als = small_als();
  const std::string gone = als.user_ids[4];  // "user-26"
  ASSERT_EQ(gone, "user-26");
  ASSERT_TRUE(save_model(directory / "als" / "20260101_v1", als));
  ASSERT_TRUE(save_model(directory / "als" / "20260102_v1", small_als(8)));
  ASSERT_TRUE(save_model(directory / "popularity" / "20260101_v1", small_popularity()));
  std::ofstream(directory / "als" / "20260101_v1" / "notes.txt") << "somebody's";

  EXPECT_EQ(rows_erased(directory.path(), {gone, "nobody"}), 2U);
  EXPECT_EQ(files_with(directory.path(), gone), 0U);
  EXPECT_TRUE(std::filesystem::exists(directory / "als" / "20260101_v1" / "notes.txt"));
  const auto loaded = load_model(directory / "als" / "20260101_v1");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->metadata.users, als.user_ids.size());
  for (std::size_t row = 0; row < als.user_ids.size(); ++row) {
    EXPECT_EQ(loaded->user_ids[row], row == 4 ? "" : als.user_ids[row]);
    const auto before = als.user_factors.row(row);
    const auto after = loaded->user_factors.row(row);
    for (std::size_t f = 0; f < before.size(); ++f) EXPECT_EQ(after[f], row == 4 ? 0 : before[f]);
  }
  EXPECT_EQ(loaded->item_ids, als.item_ids);
  EXPECT_EQ(flattened(loaded->served->scores()), flattened(als.served->scores()));
  // Again, and another besides the one who is gone.
  EXPECT_EQ(rows_erased(directory.path(), {gone}), 0U);
  EXPECT_EQ(rows_erased(directory.path(), {gone, als.user_ids[5]}), 2U);
  EXPECT_TRUE(load_model(directory / "als" / "20260101_v1"));
  // A model without a user's name is written as it was read.
  ASSERT_TRUE(save_model(directory / "copy", *load_model(directory / "als" / "20260101_v1")));
  EXPECT_EQ(load_model(directory / "copy")->user_ids, load_model(directory / "als" / "20260101_v1")->user_ids);
  EXPECT_EQ(rows_erased(directory / "nothing here", {gone}), 0U);
}

TEST(user_erasure, reaches_the_parts_of_a_blend_and_models_that_lie_elsewhere) {
  const temporary_directory directory;
  const auto blend = small_blend();
  const auto& users = blend.parts[0].user_ids;
  ASSERT_TRUE(save_model(directory / "elsewhere" / "blend", blend));
  std::filesystem::create_directories(directory / "root");
  std::ofstream(directory / "root" / "registry.json")
      << R"({"models": {"hybrid_v1": {"model_type": "hybrid", "version": "v1", "path": ")"
      << (directory / "elsewhere" / "blend").string() << R"("}}})";
  ASSERT_GT(users.size(), 3U);
  EXPECT_EQ(rows_erased(directory / "root", {users[3]}), 1U);
  const auto loaded = load_model(directory / "elsewhere" / "blend");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->parts[0].user_ids[3], "");
  EXPECT_EQ(loaded->parts[0].user_ids[2], users[2]);
  const auto bias =
      read_npy_vector(directory / "elsewhere" / "blend" / "parts" / "0_lightfm" / "lightfm_user_bias.npy");
  ASSERT_TRUE(bias);
  EXPECT_EQ((*bias)[3], 0);
  EXPECT_EQ((*bias)[2], 2);
}

TEST(user_erasure, keeps_a_column_of_ones_that_makes_a_bias) {
  const temporary_directory directory;
  std::filesystem::create_directories(directory / "bare");
  matrix<float> users(3, 2), items(2, 2);
  for (std::size_t row = 0; row < 3; ++row) users.row(row)[0] = 0.5F, users.row(row)[1] = 1;
  items.row(1)[1] = 7;
  ASSERT_TRUE(write_npy(directory / "bare" / "U.npy", users.view()));
  ASSERT_TRUE(write_npy(directory / "bare" / "V.npy", items.view()));
  std::ofstream(directory / "bare" / "params.json") << R"({"model_type": "bpr"})";
  std::ofstream(directory / "bare" / "user_mapping.json") << R"({"a": 0, "b": 1, "c": 2})";
  std::ofstream(directory / "bare" / "item_mapping.json") << R"({"x": 0, "y": 1})";
  EXPECT_EQ(rows_erased(directory.path(), {"b"}), 1U);
  const auto after = read_npy_matrix(directory / "bare" / "U.npy");
  ASSERT_TRUE(after);
  EXPECT_EQ(after->row(1)[0], 0);
  EXPECT_EQ(after->row(1)[1], 1);
  EXPECT_EQ(after->row(0)[0], 0.5F);
  const auto loaded = load_model(directory / "bare");
  ASSERT_TRUE(loaded) << loaded.failure().message;
  EXPECT_EQ(loaded->user_ids, (std::vector<std::string>{"a", "", "c"}));
}

TEST(user_erasure, never_shows_a_model_that_does_not_load) {
  const temporary_directory directory;
  const auto path = directory / "als" / "v1";
  const auto als = small_als();
  ASSERT_TRUE(save_model(path, als));
  std::atomic<bool> stop = false;
  std::size_t loads = 0;
  std::thread reader([&] {
    while (!stop) {
      const auto loaded = load_model(path);
      // Exchanged while it was read: that is said, and nothing else goes wrong.
      EXPECT_TRUE(loaded || loaded.failure().code == error_code::unavailable) << loaded.failure().message;
      ++loads;
    }
  });
  for (std::size_t row = 0; row < 20; ++row) EXPECT_EQ(rows_erased(directory.path(), {als.user_ids[row]}), 1U);
  stop = true;
  reader.join();
  EXPECT_GT(loads, 0U);
}

TEST(user_erasure, refuses_to_say_that_a_damaged_model_holds_nobody) {
  const temporary_directory directory;
  ASSERT_TRUE(save_model(directory / "als", small_als()));
  std::ofstream(directory / "als" / "user_mapping.json") << "{";
  const auto done = erase_users_from_models(directory.path(), [](std::string_view) { return true; });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.failure().message, ::testing::HasSubstr("user_mapping.json"));
}

TEST(user_erasure, ends_where_nobody_can_say_whether_a_user_is_to_go) {
  const temporary_directory directory;
  ASSERT_TRUE(save_model(directory / "als", small_als()));
  const auto done = erase_users_from_models(directory.path(), [](std::string_view) -> result<bool> {
    return error{error_code::io_failure, "the store cannot be read"};
  });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.failure().message, ::testing::HasSubstr("cannot be read"));
  EXPECT_TRUE(load_model(directory / "als")) << "and nothing is changed";
}

}  // namespace
}  // namespace freshet
