#include "io/files/atomic_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

std::size_t files_in(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory), {}));
}

TEST(atomic_file, writes_what_is_read_back) {
  testing::temporary_directory directory;
  const std::string content("a\0b\n", 4);
  ASSERT_TRUE(write_file_atomically(directory / "x", content));
  EXPECT_EQ(*read_file(directory / "x"), content);
}

TEST(atomic_file, reads_files_larger_than_its_first_piece) {
  testing::temporary_directory directory;
  std::string content(1'000'003, 'x');
  content.back() = 'y';
  ASSERT_TRUE(write_file_atomically(directory / "x", content));
  EXPECT_EQ(*read_file(directory / "x"), content);
}

TEST(atomic_file, replaces_and_leaves_nothing_behind) {
  testing::temporary_directory directory;
  ASSERT_TRUE(write_file_atomically(directory / "x", "old, and longer"));
  ASSERT_TRUE(write_file_atomically(directory / "x", "new"));
  EXPECT_EQ(*read_file(directory / "x"), "new");
  EXPECT_EQ(files_in(directory.path()), 1u);
}

TEST(atomic_file, without_commit_the_old_content_stays) {
  testing::temporary_directory directory;
  ASSERT_TRUE(write_file_atomically(directory / "x", "old"));
  {
    auto file = atomic_file::create(directory / "x");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("half of the n"));
  }
  EXPECT_EQ(*read_file(directory / "x"), "old");
  EXPECT_EQ(files_in(directory.path()), 1u);
}

TEST(atomic_file, keeps_the_permissions_of_the_file_it_replaces) {
  testing::temporary_directory directory;
  const auto path = directory / "x";
  ASSERT_TRUE(write_file_atomically(path, "old"));
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(write_file_atomically(path, "new"));
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(atomic_file, names_the_path_and_the_reason_when_it_fails) {
  testing::temporary_directory directory;
  const auto missing = read_file(directory / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().code, error_code::not_found);
  EXPECT_THAT(missing.failure().message, HasSubstr("missing: No such file"));
  const auto nowhere = write_file_atomically(directory / "absent" / "x", "content");
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.failure().message, HasSubstr((directory / "absent" / "x").string()));
  const auto folder = read_file(directory.path());
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.failure().message, HasSubstr("is a directory"));
}

TEST(atomic_file, a_directory_in_the_way_is_not_replaced) {
  testing::temporary_directory directory;
  std::filesystem::create_directories(directory / "x" / "full");
  EXPECT_FALSE(write_file_atomically(directory / "x", "content"));
  EXPECT_TRUE(std::filesystem::exists(directory / "x" / "full"));
  EXPECT_EQ(files_in(directory.path()), 1u);
}

}  // namespace
}  // namespace freshet
