#include "io/backup/file_pool.hpp"

#include <optional>
#include <vector>

#include "core/base/sha256_stream.hpp"
#include "io/files/atomic_file.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 1 << 20;

struct passed_bytes {
  std::uint64_t size{};
  std::string sha256;
};

/// Reads a file from front to end, into `copy` when there is one.
result<passed_bytes> pass(const fs::path& source, atomic_file* copy, const file_pool::stop_check& stopped) {
  FRESHET_ASSIGN(const auto file, open_for_reading(source));
  std::vector<char> buffer(piece_bytes);
  sha256_stream digest;
  passed_bytes passed;
  for (;;) {
    if (stopped && stopped()) return error{error_code::cancelled, "stopped before the end"};
    FRESHET_ASSIGN(const auto length, read_fully(file, buffer, source));
    const std::string_view piece(buffer.data(), length);
    digest.add(piece);
    if (copy != nullptr) FRESHET_TRY(copy->write(piece));
    passed.size += length;
    if (length < buffer.size()) break;
  }
  passed.sha256 = to_hex(digest.finish());
  return passed;
}

error damaged(const fs::path& path) {
  return {error_code::corrupted, path.string() + " is damaged: its bytes are not those that were stored"};
}

}  // namespace

result<file_pool::stored_file> file_pool::put(const fs::path& source, const stop_check& stopped) const {
  FRESHET_ASSIGN(const auto wanted, pass(source, nullptr, stopped));
  std::error_code absent;
  // One of another size is damaged, and replaced.
  if (fs::file_size(path_of(wanted.sha256), absent) == wanted.size && !absent) {
    return stored_file{wanted.size, wanted.sha256, true};
  }
  FRESHET_ASSIGN(auto copy, atomic_file::create(path_of(wanted.sha256)));
  FRESHET_ASSIGN(const auto written, pass(source, &copy, stopped));
  if (written.sha256 != wanted.sha256) {
    return error{error_code::unavailable, source.string() + " changed while it was copied; try again"};
  }
  FRESHET_TRY(copy.commit());
  return stored_file{written.size, written.sha256, false};
}

result<file_pool::stored_file> file_pool::put_text(std::string_view text) const {
  const auto name = to_hex(freshet::sha256(text));
  std::error_code absent;
  const bool shared = fs::file_size(path_of(name), absent) == text.size() && !absent;
  if (!shared) FRESHET_TRY(write_file_atomically(path_of(name), text));
  return stored_file{text.size(), name, shared};
}

status file_pool::check(const std::string& sha256) const {
  FRESHET_ASSIGN(const auto held, pass(path_of(sha256), nullptr, {}));
  if (held.sha256 != sha256) return damaged(path_of(sha256));
  return success{};
}

status file_pool::copy_out(const std::string& sha256, const fs::path& target) const {
  std::error_code failure;
  fs::create_directories(target.parent_path(), failure);
  if (failure) return error{error_code::io_failure, "cannot create " + target.parent_path().string()};
  FRESHET_ASSIGN(auto copy, atomic_file::create(target));
  FRESHET_ASSIGN(const auto held, pass(path_of(sha256), &copy, {}));
  if (held.sha256 != sha256) return damaged(path_of(sha256));
  return copy.commit();
}

status file_pool::keep_only(const std::set<std::string>& names) const {
  std::error_code failure;
  for (const auto& file : fs::directory_iterator(directory_, failure)) {
    if (names.contains(file.path().filename().string())) continue;
    fs::remove(file.path(), failure);
    if (failure) break;
  }
  if (failure) return error{error_code::io_failure, "cannot clear " + directory_.string() + ": " + failure.message()};
  return success{};
}

}  // namespace freshet
