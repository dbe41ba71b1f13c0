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
    FRESHET_ASSIGN(const auto length, read_fully(file, buffer, source));
    if (stopped && stopped(copy == nullptr ? length : 0)) {
      return error{error_code::cancelled, "stopped before the end"};
    }
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

result<std::set<std::string>> file_pool::beginning_with(std::string_view front) const {
  std::set<std::string> found;
  std::vector<char> start(front.size());
  std::error_code failure;
  for (fs::directory_iterator file(directory_, failure), end; !failure && file != end; file.increment(failure)) {
    const auto name = file->path().filename().string();
    if (!parse_sha256(name)) continue;
    const auto opened = open_for_reading(file->path());
    const auto length = opened ? read_fully(*opened, start, file->path()) : result<std::size_t>(opened.failure());
    if (length && std::string_view(start.data(), *length) == front) found.insert(name);
  }
  if (failure) return error{error_code::io_failure, "cannot read " + directory_.string() + ": " + failure.message()};
  return found;
}

status file_pool::remove_where(const std::function<bool(const std::string& name)>& goes) const {
  std::error_code failure;
  for (const auto& file : fs::directory_iterator(directory_, failure)) {
    if (!goes(file.path().filename().string())) continue;
    fs::remove(file.path(), failure);
    if (failure) break;
  }
  if (failure) return error{error_code::io_failure, "cannot clear " + directory_.string() + ": " + failure.message()};
  return success{};
}

status file_pool::keep_only(const std::set<std::string>& names) const {
  return remove_where([&](const auto& name) { return !names.contains(name); });
}

status file_pool::remove_unfinished() const {
  return remove_where([](const auto& name) { return !parse_sha256(name); });
}

}  // namespace freshet
