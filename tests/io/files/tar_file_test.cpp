#include "io/files/tar_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

class tar_file : public ::testing::Test {
 protected:
  tar_file() { std::filesystem::create_directory(into_); }
  /// An archive with one entry, as somebody who means harm would make it.
  std::filesystem::path hostile(const std::string& name, unsigned type, const char* link = nullptr) {
    const auto path = directory_ / "hostile.tar";
    archive* out = archive_write_new();
    archive_write_set_format_pax_restricted(out);
    archive_write_open_filename(out, path.c_str());
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_size(entry, 0);
    if (link != nullptr && type == AE_IFLNK) archive_entry_set_symlink(entry, link);
    if (link != nullptr && type == AE_IFREG) archive_entry_set_hardlink(entry, link);
    archive_write_header(out, entry);
    archive_entry_free(entry);
    archive_write_close(out);
    archive_write_free(out);
    return path;
  }

  testing::temporary_directory directory_;
  std::filesystem::path into_ = directory_ / "into";
};

TEST_F(tar_file, holds_files_and_texts_in_every_form) {
  const std::string large(1'000'000, 'x');
  std::ofstream(directory_ / "large") << large;
  for (const char* name : {"a.tar", "a.tar.gz", "a.tgz", "a.tar.zst"}) {
    const auto path = directory_ / name;
    const auto written = write_tar(path, {{.name = "registry.json", .source = {}, .text = "{}"},
                                          {.name = "als/1/V.npy", .source = directory_ / "large", .text = {}}});
    ASSERT_TRUE(written) << written.failure().message;
    if (std::string(name) != "a.tar") {
      EXPECT_LT(std::filesystem::file_size(path), 100'000U) << name;
    }
    const auto into = directory_ / (std::string("into-") + name);
    std::filesystem::create_directory(into);
    const auto unpacked = unpack_tar(path, into);
    ASSERT_TRUE(unpacked) << unpacked.failure().message;
    EXPECT_EQ(*read_file(into / "registry.json"), "{}");
    EXPECT_EQ(*read_file(into / "als/1/V.npy"), large);
  }
  EXPECT_EQ(write_tar(directory_ / "a.zip", {}).failure().code, error_code::invalid_argument);
}

TEST_F(tar_file, refuses_what_would_leave_its_directory) {
  const std::tuple<const char*, unsigned, const char*> forms[] = {
      {"/etc/evil", AE_IFREG, nullptr},  {"../evil", AE_IFREG, nullptr},    {"a/../../evil", AE_IFREG, nullptr},
      {"link", AE_IFLNK, "/etc/passwd"}, {"hard", AE_IFREG, "/etc/passwd"}, {"pipe", AE_IFIFO, nullptr},
  };
  for (const auto& [name, type, link] : forms) {
    const auto refused = unpack_tar(hostile(name, type, link), into_);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.failure().code, error_code::corrupted);
    EXPECT_THAT(refused.failure().message, HasSubstr("hostile.tar"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(into_));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "evil"));
}

TEST_F(tar_file, says_that_an_archive_is_cut_short) {
  const auto path = directory_ / "a.tar.zst";
  std::string noise;
  for (int i = 0; i < 100'000; ++i) noise += std::to_string(i * 7919 % 10'007);
  ASSERT_TRUE(write_tar(path, {{.name = "noise", .source = {}, .text = noise}}));
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_EQ(unpack_tar(path, into_).failure().code, error_code::corrupted);
  std::ofstream(directory_ / "b.tar") << "no archive at all";
  EXPECT_EQ(unpack_tar(directory_ / "b.tar", into_).failure().code, error_code::corrupted);
  EXPECT_FALSE(unpack_tar(directory_ / "absent.tar", into_));
}

}  // namespace
}  // namespace freshet
