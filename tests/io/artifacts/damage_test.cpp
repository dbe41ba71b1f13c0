// S2: whatever happens to a byte of a stored model, it is refused by name or loads the same numbers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "io/files/atomic_file.hpp"
#include "tests/io/artifacts/small_families.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::same_model;
using testing::temporary_directory;

constexpr int rounds_per_file = 50;

std::uint64_t seed() {
  const char* given = std::getenv("FRESHET_TEST_SEED");
  return given == nullptr ? 20'261'123 : std::strtoull(given, nullptr, 10);
}

/// One bit or one byte changed, the end cut off, a stretch zeroed, or bytes appended.
std::string damaged(std::string bytes, random_source& random) {
  const auto at = static_cast<std::size_t>(random.below(bytes.size()));
  switch (random.below(5)) {
    case 0:
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      break;
    case 1:
      bytes[at] = static_cast<char>(random.below(256));
      break;
    case 2:
      bytes.resize(at);
      break;
    case 3:
      std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(16, bytes.size() - at), '\0');
      break;
    default:
      bytes += bytes.substr(at);
  }
  return bytes;
}

std::vector<fs::path> files_of(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

class damage : public ::testing::TestWithParam<loaded_model (*)()> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(save_model(at_, GetParam()()));
    RecordProperty("seed", std::to_string(seed()));
  }

  temporary_directory directory_;
  fs::path at_ = directory_ / "model";
  random_source random_{seed()};
};

TEST_P(damage, is_refused_by_name_or_harmless) {
  const auto intact = load_model(at_);
  ASSERT_TRUE(intact);
  int refused = 0;
  for (const auto& file : files_of(at_)) {
    const std::string bytes = *read_file(file);
    for (int round = 0; round < rounds_per_file; ++round) {
      const std::string changed = damaged(bytes, random_);
      std::ofstream(file, std::ios::binary) << changed;
      const auto loaded = load_model(at_);
      SCOPED_TRACE(file.filename().string() + " round " + std::to_string(round) +
                   ", repeat with FRESHET_TEST_SEED=" + std::to_string(seed()));
      if (loaded) {
        EXPECT_TRUE(same_model(*loaded, *intact));
      } else {
        EXPECT_THAT(loaded.failure().message, HasSubstr(at_.string()));
        // Damage to a checksum shows at the file that it is of.
        const bool is_metadata = file.filename().string().ends_with("metadata.json");
        if (!is_metadata) {
          EXPECT_THAT(loaded.failure().message, HasSubstr(file.filename().string()));
          ++refused;
        }
      }
    }
    std::ofstream(file, std::ios::binary) << bytes;
  }
  EXPECT_GT(refused, rounds_per_file);
  EXPECT_TRUE(load_model(at_));
}

// Without checksums a flipped bit of a number cannot be seen, but nothing may crash or hang.
TEST_P(damage, without_checksums_never_crashes) {
  for (const auto& file : files_of(at_)) {
    if (file.filename().string().ends_with("metadata.json")) fs::remove(file);
  }
  for (const auto& file : files_of(at_)) {
    const std::string bytes = *read_file(file);
    for (int round = 0; round < rounds_per_file; ++round) {
      std::ofstream(file, std::ios::binary) << damaged(bytes, random_);
      const auto loaded = load_model(at_);
      EXPECT_TRUE(!loaded || loaded->item_ids.size() == loaded->served->items());
    }
    std::ofstream(file, std::ios::binary) << bytes;
  }
  EXPECT_TRUE(load_model(at_));
}

loaded_model small_popularity() {
  return testing::small_popularity();
}
loaded_model small_ease() {
  return testing::small_ease();
}
loaded_model small_compressed_ease() {
  return testing::small_ease(6);
}
loaded_model small_gru4rec() {
  return testing::small_gru4rec();
}

std::string family_of(const ::testing::TestParamInfo<loaded_model (*)()>& instance) {
  constexpr const char* names[] = {"als",     "bpr",      "ease",    "compressed_ease",
                                   "gru4rec", "item2vec", "lightfm", "popularity"};
  return names[instance.index];
}

INSTANTIATE_TEST_SUITE_P(families, damage,
                         ::testing::Values(testing::small_scaled_als, testing::small_bpr, small_ease,
                                           small_compressed_ease, small_gru4rec, testing::small_item2vec,
                                           testing::small_lightfm, small_popularity),
                         family_of);

}  // namespace
}  // namespace freshet
