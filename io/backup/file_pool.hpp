// What:   files under the name of what they hold: `<directory>/<SHA-256 of the bytes>`.
// Why:    what two backups have in common is stored once, whoever made it; and a file proves by its name what it must
//         hold.
// Writes: a file gets its name when all of it is on disk.
// Errors: corrupted naming a file whose bytes are not those of its name; not_found; io_failure; cancelled.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace freshet {

class file_pool {
 public:
  explicit file_pool(std::filesystem::path directory) : directory_(std::move(directory)) {}

  struct stored_file {
    std::uint64_t size{};
    std::string sha256;
    /// It was there before.
    bool shared{};
  };
  /// Asked after each piece with how many bytes of the file were read since; true ends the work.
  using stop_check = std::function<bool(std::uint64_t read)>;
  /// Reads the file once more to copy it, when it is not there yet; that counts as no bytes.
  result<stored_file> put(const std::filesystem::path& source, const stop_check& stopped) const;
  result<stored_file> put_text(std::string_view text) const;

  std::filesystem::path path_of(std::string_view sha256) const { return directory_ / sha256; }
  /// Reads all of it.
  status check(const std::string& sha256) const;
  /// A copy that is on disk and checked.
  status copy_out(const std::string& sha256, const std::filesystem::path& target) const;
  /// The names of those that begin with these bytes, as far as they can be read.
  result<std::set<std::string>> beginning_with(std::string_view front) const;
  /// Removes all but these, and what a crash left behind.
  status keep_only(const std::set<std::string>& names) const;
  /// Removes what a crash left behind.
  status remove_unfinished() const;

 private:
  status remove_where(const std::function<bool(const std::string& name)>& goes) const;

  std::filesystem::path directory_;
};

}  // namespace freshet
