#include "io/files/input_stream.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

#include "io/files/file_descriptor.hpp"

namespace freshet {
namespace {

constexpr std::size_t block_bytes = 256 << 10;

/// The bytes on disk, block by block, the first block early so that its content can tell the compression.
class block_source {
 public:
  block_source(std::string name, file_descriptor file, std::uint64_t bytes_total)
      : name_(std::move(name)), file_(std::move(file)), bytes_total_(bytes_total), block_(block_bytes) {}

  /// The next block; empty at the end. Valid until the next call.
  result<std::span<char>> next() {
    if (std::exchange(is_peeked_, false)) return std::span(block_).first(filled_);
    filled_ = 0;
    // A terminal or pipe gives what it has; waiting for a full block would hold rows back.
    const ssize_t got = read_once();
    if (got < 0) return system_failure("cannot read", name_);
    filled_ = static_cast<std::size_t>(got);
    bytes_read_ += filled_;
    return std::span(block_).first(filled_);
  }
  /// The first block without taking it; filled as far as the file goes.
  result<std::string_view> peek() {
    FRESHET_ASSIGN(filled_, read_fully(file_, std::span(block_).first(peek_bytes), name_));
    bytes_read_ = filled_;
    is_peeked_ = true;
    return std::string_view(block_.data(), filled_);
  }

  const std::string& name() const { return name_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_total() const { return bytes_total_; }

 private:
  static constexpr std::size_t peek_bytes = 6;

  ssize_t read_once() {
    ssize_t got = 0;
    do got = ::read(file_.number(), block_.data(), block_.size());
    while (got < 0 && errno == EINTR);
    return got;
  }

  std::string name_;
  file_descriptor file_;
  std::uint64_t bytes_total_;
  std::uint64_t bytes_read_ = 0;
  std::vector<char> block_;
  std::size_t filled_ = 0;
  bool is_peeked_ = false;
};

class source_stream : public input_stream {
 public:
  explicit source_stream(std::unique_ptr<block_source> source) : source_(std::move(source)) {}
  std::uint64_t bytes_read() const override { return source_->bytes_read(); }
  std::uint64_t bytes_total() const override { return source_->bytes_total(); }

 protected:
  error damaged(std::string_view what) const {
    return error{error_code::corrupted,
                 source_->name() + " is damaged or cut short: " + std::string(what) + "; make or copy the file again"};
  }
  std::unique_ptr<block_source> source_;
};

class plain_stream final : public source_stream {
 public:
  using source_stream::source_stream;
  result<std::size_t> read(std::span<char> buffer) override {
    if (rest_.empty()) {
      FRESHET_ASSIGN(rest_, source_->next());
    }
    const std::size_t count = std::min(buffer.size(), rest_.size());
    std::copy_n(rest_.begin(), count, buffer.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  std::span<char> rest_;
};

/// gzip members one behind the other. By zlib itself: libarchive 3.6 does not compare their checksums.
class gzip_stream final : public source_stream {
 public:
  explicit gzip_stream(std::unique_ptr<block_source> source) : source_stream(std::move(source)) {
    FRESHET_CHECK(inflateInit2(&inflater_, MAX_WBITS + 16) == Z_OK, "zlib has no memory for its window");
  }
  ~gzip_stream() override { inflateEnd(&inflater_); }
  gzip_stream(const gzip_stream&) = delete;
  gzip_stream& operator=(const gzip_stream&) = delete;

  result<std::size_t> read(std::span<char> buffer) override {
    inflater_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    inflater_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), 1u << 30));
    const auto free_before = inflater_.avail_out;
    while (inflater_.avail_out == free_before) {
      if (inflater_.avail_in == 0) {
        FRESHET_ASSIGN(const auto block, source_->next());
        if (block.empty() && is_between_members_) return std::size_t{0};
        if (block.empty()) return damaged("the gzip data ends too early");
        inflater_.next_in = reinterpret_cast<Bytef*>(block.data());
        inflater_.avail_in = static_cast<uInt>(block.size());
      }
      if (is_between_members_ && !skip_padding()) continue;
      is_between_members_ = false;
      const int outcome = inflate(&inflater_, Z_NO_FLUSH);
      if (outcome == Z_STREAM_END) {
        inflateReset(&inflater_);
        is_between_members_ = true;
      } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
        return damaged(inflater_.msg != nullptr ? inflater_.msg : "the gzip data does not check out");
      }
    }
    return std::size_t{free_before - inflater_.avail_out};
  }

 private:
  /// Tapes and block devices pad with zeros; false when nothing else is left of the block.
  bool skip_padding() {
    while (inflater_.avail_in > 0 && *inflater_.next_in == 0) {
      ++inflater_.next_in;
      --inflater_.avail_in;
    }
    return inflater_.avail_in > 0;
  }

  z_stream inflater_{};
  bool is_between_members_ = false;
};

/// xz and zstd, checksums compared by their own libraries.
class archive_stream final : public source_stream {
 public:
  using source_stream::source_stream;
  ~archive_stream() override { archive_read_free(archive_); }
  archive_stream(const archive_stream&) = delete;
  archive_stream& operator=(const archive_stream&) = delete;

  status open() {
    archive_read_support_filter_xz(archive_);
    archive_read_support_filter_zstd(archive_);
    archive_read_support_format_raw(archive_);
    archive_read_support_format_empty(archive_);
    archive_entry* entry = nullptr;
    if (archive_read_open(archive_, this, nullptr, &next_block, nullptr) != ARCHIVE_OK) return failure();
    const int outcome = archive_read_next_header(archive_, &entry);
    is_at_end_ = outcome == ARCHIVE_EOF;
    if (outcome != ARCHIVE_OK && !is_at_end_) return failure();
    return success{};
  }
  result<std::size_t> read(std::span<char> buffer) override {
    if (is_at_end_) return std::size_t{0};
    const la_ssize_t got = archive_read_data(archive_, buffer.data(), buffer.size());
    if (got < 0) return failure();
    is_at_end_ = got == 0;
    return static_cast<std::size_t>(got);
  }

 private:
  static la_ssize_t next_block(archive* reader, void* self, const void** bytes) {
    auto& stream = *static_cast<archive_stream*>(self);
    auto block = stream.source_->next();
    if (!block) {
      stream.read_failure_ = std::move(block).failure();
      archive_set_error(reader, EIO, "%s", stream.read_failure_->message.c_str());
      return ARCHIVE_FATAL;
    }
    *bytes = block->data();
    return static_cast<la_ssize_t>(block->size());
  }
  error failure() const {
    if (read_failure_) return *read_failure_;
    const char* reason = archive_error_string(archive_);
    return damaged(reason != nullptr ? reason : "the compressed data does not check out");
  }

  archive* archive_ = archive_read_new();
  bool is_at_end_ = false;
  std::optional<error> read_failure_;
};

result<std::unique_ptr<block_source>> open_source(const std::string& path) {
  if (path == "-") return std::make_unique<block_source>("standard input", file_descriptor(::dup(STDIN_FILENO)), 0);
  FRESHET_ASSIGN(auto file, open_for_reading(path));
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return system_failure("cannot open", path);
  const auto bytes = S_ISREG(facts.st_mode) ? static_cast<std::uint64_t>(facts.st_size) : 0;
  return std::make_unique<block_source>(path, std::move(file), bytes);
}

}  // namespace

result<std::unique_ptr<input_stream>> open_input(const std::string& path) {
  using namespace std::string_view_literals;
  FRESHET_ASSIGN(auto source, open_source(path));
  FRESHET_ASSIGN(const auto start, source->peek());
  if (start.starts_with("\x1f\x8b"sv)) return std::unique_ptr<input_stream>(new gzip_stream(std::move(source)));
  // Also the skippable frames that parallel zstd compressors start with.
  const bool is_zstd = start.starts_with("\x28\xb5\x2f\xfd"sv) ||
                       (start.size() >= 4 && (start[0] & '\xf0') == '\x50' && start.substr(1, 3) == "\x2a\x4d\x18"sv);
  if (is_zstd || start.starts_with("\xfd\x37zXZ\0"sv)) {
    auto stream = std::make_unique<archive_stream>(std::move(source));
    FRESHET_TRY(stream->open());
    return std::unique_ptr<input_stream>(std::move(stream));
  }
  return std::unique_ptr<input_stream>(new plain_stream(std::move(source)));
}

}  // namespace freshet
