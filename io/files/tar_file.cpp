#include "io/files/tar_file.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "io/files/atomic_file.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {
namespace {

constexpr std::size_t block_bytes = 256 << 10;

struct free_archive {
  void operator()(archive* handle) const { archive_free(handle); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using archive_handle = std::unique_ptr<archive, free_archive>;
using entry_handle = std::unique_ptr<archive_entry, free_archive>;

std::string reason_of(archive* handle) {
  const char* why = archive_error_string(handle);
  return why == nullptr ? "for no reason that the library tells" : why;
}

error cannot_write(const std::filesystem::path& path, archive* handle) {
  return {error_code::io_failure, "cannot write " + path.string() + ": " + reason_of(handle)};
}

error damaged(const std::filesystem::path& path, const std::string& why) {
  return {error_code::corrupted, path.string() + " is no archive that can be unpacked: " + why};
}

status choose_filter(archive* handle, const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  int chosen = ARCHIVE_FATAL;
  if (name.ends_with(".tar.zst")) {
    chosen = archive_write_add_filter_zstd(handle);
  } else if (name.ends_with(".tar.gz") || name.ends_with(".tgz")) {
    chosen = archive_write_add_filter_gzip(handle);
  } else if (name.ends_with(".tar")) {
    chosen = archive_write_add_filter_none(handle);
  } else {
    return error{error_code::invalid_argument, path.string() + " ends in neither .tar.zst nor .tar.gz nor .tar"};
  }
  return chosen == ARCHIVE_OK ? status(success{}) : cannot_write(path, handle);
}

status add_header(archive* handle, const tar_entry& entry, std::uint64_t bytes, const std::filesystem::path& path) {
  const entry_handle header(archive_entry_new());
  archive_entry_set_pathname(header.get(), entry.name.c_str());
  archive_entry_set_size(header.get(), static_cast<la_int64_t>(bytes));
  archive_entry_set_filetype(header.get(), AE_IFREG);
  archive_entry_set_perm(header.get(), 0644);
  if (archive_write_header(handle, header.get()) != ARCHIVE_OK) return cannot_write(path, handle);
  return success{};
}

status add_bytes(archive* handle, std::string_view bytes, const std::filesystem::path& path) {
  const auto written = archive_write_data(handle, bytes.data(), bytes.size());
  if (written < 0 || static_cast<std::size_t>(written) != bytes.size()) return cannot_write(path, handle);
  return success{};
}

status add(archive* handle, const tar_entry& entry, const std::filesystem::path& path) {
  if (entry.source.empty()) {
    FRESHET_TRY(add_header(handle, entry, entry.text.size(), path));
    return add_bytes(handle, entry.text, path);
  }
  FRESHET_ASSIGN(const file_descriptor file, open_for_reading(entry.source));
  std::error_code failed;
  std::uint64_t left = std::filesystem::file_size(entry.source, failed);
  if (failed) return error{error_code::io_failure, entry.source.string() + ": " + failed.message()};
  FRESHET_TRY(add_header(handle, entry, left, path));
  std::vector<char> block(block_bytes);
  while (left > 0) {
    const auto wanted = std::min<std::uint64_t>(left, block.size());
    FRESHET_ASSIGN(const std::size_t got, read_fully(file, std::span(block).first(wanted), entry.source));
    if (got != wanted) {
      return error{error_code::unavailable, entry.source.string() + " became shorter while it was read; try again"};
    }
    FRESHET_TRY(add_bytes(handle, {block.data(), got}, path));
    left -= got;
  }
  return success{};
}

/// Below the directory that it is unpacked into.
bool is_inside(const std::filesystem::path& name) {
  return !name.empty() && name.is_relative() &&
         std::none_of(name.begin(), name.end(), [](const auto& step) { return step == ".."; });
}

status unpack_file(archive* handle, const std::filesystem::path& path, const std::filesystem::path& target) {
  std::error_code failed;
  std::filesystem::create_directories(target.parent_path(), failed);
  const file_descriptor file(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.is_open()) return system_failure("cannot create", target);
  std::vector<char> block(block_bytes);
  for (;;) {
    const auto got = archive_read_data(handle, block.data(), block.size());
    if (got == 0) return sync_path(target);
    if (got < 0) return damaged(path, reason_of(handle));
    FRESHET_TRY(write_fully(file, {block.data(), static_cast<std::size_t>(got)}, target));
  }
}

}  // namespace

status write_tar(const std::filesystem::path& path, const std::vector<tar_entry>& entries) {
  const archive_handle handle(archive_write_new());
  archive_write_set_format_pax_restricted(handle.get());
  FRESHET_TRY(choose_filter(handle.get(), path));
  FRESHET_ASSIGN(auto file, atomic_file::create(path));
  if (archive_write_open_filename(handle.get(), file.temporary_path().c_str()) != ARCHIVE_OK) {
    return cannot_write(path, handle.get());
  }
  for (const auto& entry : entries) FRESHET_TRY(add(handle.get(), entry, path));
  if (archive_write_close(handle.get()) != ARCHIVE_OK) return cannot_write(path, handle.get());
  return file.commit();
}

status unpack_tar(const std::filesystem::path& path, const std::filesystem::path& into) {
  const archive_handle handle(archive_read_new());
  archive_read_support_filter_all(handle.get());
  archive_read_support_format_tar(handle.get());
  if (archive_read_open_filename(handle.get(), path.c_str(), block_bytes) != ARCHIVE_OK) {
    return damaged(path, reason_of(handle.get()));
  }
  for (archive_entry* entry = nullptr;;) {
    const int state = archive_read_next_header(handle.get(), &entry);
    if (state == ARCHIVE_EOF) return success{};
    if (state != ARCHIVE_OK) return damaged(path, reason_of(handle.get()));
    const char* given = archive_entry_pathname(entry);
    const std::filesystem::path name = given == nullptr ? "" : given;
    const auto type = archive_entry_filetype(entry);
    if (!is_inside(name) || archive_entry_hardlink(entry) != nullptr || (type != AE_IFREG && type != AE_IFDIR)) {
      return damaged(path, "it holds " + name.string() + ", which is no file or directory below its own");
    }
    if (type == AE_IFREG) FRESHET_TRY(unpack_file(handle.get(), path, into / name));
  }
}

}  // namespace freshet
