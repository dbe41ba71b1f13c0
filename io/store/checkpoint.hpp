// What:   a database at one moment, histories, offsets and all, as files that no longer change: `<db>/checkpoint`,
//         links to the tables and a copy of the little that is still being written. Reading and writing go on.
// Why:    whoever copies a running database file by file gets parts of several moments.
// Erasure: links keep what is removed meanwhile, so an erasure gives no receipt before they are gone. What a crash
//         leaves behind is removed when the database is opened by its owner.
// Errors: unsupported for a store that is open for reading; io_failure, exhausted. One at a time.
#pragma once

#include <filesystem>
#include <vector>

#include "core/base/result.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

class checkpoint {
 public:
  static result<checkpoint> take(const event_store& store);
  /// Removes the files.
  ~checkpoint();
  checkpoint(checkpoint&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  checkpoint& operator=(checkpoint&&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit checkpoint(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// Where it lies, and whether there is one at this moment.
[[nodiscard]] std::filesystem::path checkpoint_of(const std::filesystem::path& database);
[[nodiscard]] bool has_checkpoint(const std::filesystem::path& database);
void remove_checkpoint(const std::filesystem::path& database);

}  // namespace freshet
