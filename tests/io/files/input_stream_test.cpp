#include "io/files/input_stream.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/base/random.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

/// `content` compressed as the command-line tools do it.
std::string compressed(std::string_view content, int (*add_filter)(archive*)) {
  std::string out(content.size() * 2 + (1 << 16), '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  EXPECT_EQ(add_filter(writer), ARCHIVE_OK) << archive_error_string(writer);
  EXPECT_EQ(archive_write_set_format_raw(writer), ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(writer, 1);
  EXPECT_EQ(archive_write_open_memory(writer, out.data(), out.size(), &used), ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_write_header(writer, entry);
  archive_write_data(writer, content.data(), content.size());
  archive_entry_free(entry);
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

std::string sample(std::size_t bytes) {
  random_source random(1);
  std::string text;
  while (text.size() < bytes) text += std::to_string(random.next()) + ",";
  text.resize(bytes);
  return text;
}

class input_stream_test : public ::testing::Test {
 protected:
  result<std::string> read_all(const std::string& bytes, std::size_t piece = 10'000) {
    EXPECT_TRUE(write_file_atomically(directory_ / "data", bytes));
    FRESHET_ASSIGN(auto stream, open_input((directory_ / "data").string()));
    std::string content, buffer(piece, '\0');
    for (;;) {
      FRESHET_ASSIGN(const std::size_t got, stream->read(buffer));
      if (got == 0) break;
      content.append(buffer, 0, got);
    }
    EXPECT_EQ(stream->bytes_total(), bytes.size());
    EXPECT_EQ(stream->bytes_read(), bytes.size());
    return content;
  }
  testing::temporary_directory directory_;
};

struct compression {
  const char* name;
  int (*add_filter)(archive*);
};
const compression gz{"gz", archive_write_add_filter_gzip};
const compression zst{"zst", archive_write_add_filter_zstd};
const compression xz{"xz", archive_write_add_filter_xz};

TEST_F(input_stream_test, plain_bytes_pass_through) {
  for (const std::size_t size : {0, 1, 5, 6, 7, 300'000, 1'000'000}) {
    const auto content = sample(size);
    const auto read = read_all(content);
    ASSERT_TRUE(read) << read.failure().message;
    EXPECT_EQ(*read, content);
  }
}

TEST_F(input_stream_test, compression_is_recognised_by_content) {
  for (const auto& [name, add_filter] : {gz, zst, xz}) {
    SCOPED_TRACE(name);
    for (const std::size_t size : {1, 100, 2'000'000}) {
      const auto content = sample(size);
      const auto read = read_all(compressed(content, add_filter));
      ASSERT_TRUE(read) << read.failure().message;
      EXPECT_TRUE(*read == content);
    }
  }
}

TEST_F(input_stream_test, nothing_compressed_is_nothing) {
  for (const auto& [name, add_filter] : {gz, xz, zst}) {
    SCOPED_TRACE(name);
    // libarchive writes no frame at all for an empty zstd file; this is what `zstd` writes.
    const std::string bytes = add_filter == zst.add_filter
                                  ? std::string("\x28\xb5\x2f\xfd\x24\x00\x01\x00\x00\x99\xe9\xd8\x51", 13)
                                  : compressed("", add_filter);
    const auto read = read_all(bytes);
    ASSERT_TRUE(read) << read.failure().message;
    EXPECT_EQ(*read, "");
  }
}

TEST_F(input_stream_test, members_one_behind_the_other_are_one_stream) {
  for (const auto& [name, add_filter] : {gz, zst, xz}) {
    SCOPED_TRACE(name);
    const auto read = read_all(compressed("first ", add_filter) + compressed("second", add_filter));
    ASSERT_TRUE(read) << read.failure().message;
    EXPECT_EQ(*read, "first second");
  }
}

TEST_F(input_stream_test, zero_padding_behind_gzip_is_ignored) {
  const auto read = read_all(compressed("content", gz.add_filter) + std::string(1000, '\0'));
  ASSERT_TRUE(read) << read.failure().message;
  EXPECT_EQ(*read, "content");
}

TEST_F(input_stream_test, truncated_data_is_an_error_that_names_the_file) {
  for (const auto& [name, add_filter] : {gz, zst, xz}) {
    SCOPED_TRACE(name);
    const auto whole = compressed(sample(100'000), add_filter);
    for (const std::size_t cut : {std::size_t{1}, std::size_t{4}, whole.size() / 2, whole.size() - 12}) {
      SCOPED_TRACE(cut);
      const auto read = read_all(whole.substr(0, whole.size() - cut));
      ASSERT_FALSE(read);
      EXPECT_EQ(read.failure().code, error_code::corrupted);
      EXPECT_THAT(read.failure().message, HasSubstr((directory_ / "data").string()));
    }
  }
}

TEST_F(input_stream_test, no_flipped_byte_of_the_data_goes_unnoticed) {
  for (const auto& [name, add_filter] : {gz, zst, xz}) {
    SCOPED_TRACE(name);
    const auto content = sample(20'000);
    auto bytes = compressed(content, add_filter);
    // libarchive writes zstd frames without a checksum, so only structure can give damage away there.
    if (add_filter == zst.add_filter) continue;
    for (std::size_t at = 30; at < bytes.size(); at += 397) {
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
      const auto read = read_all(bytes);
      EXPECT_TRUE(!read || *read == content) << "byte " << at;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    }
  }
}

TEST_F(input_stream_test, garbage_behind_the_data_is_an_error) {
  for (const auto& [name, add_filter] : {gz, zst, xz}) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(read_all(compressed("content", add_filter) + "user_id,item_id,ts\n"));
  }
}

TEST_F(input_stream_test, a_missing_file_is_named) {
  const auto missing = open_input((directory_ / "missing.csv").string());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().code, error_code::not_found);
  EXPECT_THAT(missing.failure().message, HasSubstr("missing.csv"));
  EXPECT_FALSE(open_input(directory_.path().string()));
}

}  // namespace
}  // namespace freshet
