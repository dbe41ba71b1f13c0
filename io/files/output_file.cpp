#include "io/files/output_file.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <optional>
#include <string>
#include <utility>

#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

class plain_file final : public output_file {
 public:
  explicit plain_file(atomic_file file) : file_(std::move(file)) {}
  status write(std::string_view bytes) override { return file_.write(bytes); }
  status commit() override { return file_.commit(); }

 private:
  atomic_file file_;
};

class compressed_file final : public output_file {
 public:
  compressed_file(atomic_file file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  ~compressed_file() override {
    // Freeing an archive that is open writes its end, to nowhere; one that was told of a failure would leak its buffers.
    discards_ = true;
    if (archive_ != nullptr) archive_write_free(archive_);
  }
  compressed_file(const compressed_file&) = delete;
  compressed_file& operator=(const compressed_file&) = delete;

  status open(int (*add_filter)(archive*)) {
    archive_ = archive_write_new();
    if (archive_ == nullptr || add_filter(archive_) != ARCHIVE_OK) return failed();
    archive_write_set_format_raw(archive_);
    // Else the last block is filled up with zeros.
    archive_write_set_bytes_in_last_block(archive_, 1);
    if (archive_write_open(archive_, this, nullptr, &take, nullptr) != ARCHIVE_OK) return failed();
    archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    const int outcome = archive_write_header(archive_, entry);
    archive_entry_free(entry);
    return outcome == ARCHIVE_OK ? status(success{}) : failed();
  }
  status write(std::string_view bytes) override {
    const auto written = archive_write_data(archive_, bytes.data(), bytes.size());
    return written == static_cast<la_ssize_t>(bytes.size()) && !failure_ ? status(success{}) : failed();
  }
  status commit() override {
    if (archive_write_close(archive_) != ARCHIVE_OK || failure_) return failed();
    return file_.commit();
  }

 private:
  /// Tells the archive of no failure; those who write and commit look for it.
  static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size) {
    auto& mine = *static_cast<compressed_file*>(self);
    if (!mine.discards_ && !mine.failure_) {
      auto written = mine.file_.write({static_cast<const char*>(bytes), size});
      if (!written) mine.failure_ = std::move(written).failure();
    }
    return static_cast<la_ssize_t>(size);
  }
  error failed() const {
    if (failure_) return *failure_;
    const char* why = archive_ == nullptr ? nullptr : archive_error_string(archive_);
    return error{error_code::io_failure, "cannot compress " + name_ + ": " + (why == nullptr ? "no memory" : why)};
  }

  atomic_file file_;
  std::string name_;
  archive* archive_ = nullptr;
  std::optional<error> failure_;
  bool discards_ = false;
};

}  // namespace

result<std::unique_ptr<output_file>> create_output_file(const std::filesystem::path& path) {
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  const auto extension = path.extension();
  if (extension != ".gz" && extension != ".zst") return std::unique_ptr<output_file>(new plain_file(std::move(file)));
  auto compressed = std::make_unique<compressed_file>(std::move(file), path.string());
  FRESHET_TRY(compressed->open(extension == ".gz" ? &archive_write_add_filter_gzip : &archive_write_add_filter_zstd));
  return std::unique_ptr<output_file>(std::move(compressed));
}

}  // namespace freshet
