// What: the right to write a database, as a lock on `<db>/owner.pid`, in which the owner's process id stands.
// Why:  RocksDB takes one writing process, and whoever is refused wants to know who has it. The lock is the kernel's
//       (flock), so it ends with its process however that ends; the number in the file is only read when it is taken.
// Errors: conflict, naming the pid; io_failure.
#pragma once

#include <filesystem>

#include "core/base/result.hpp"

namespace freshet {

class owner_lock {
 public:
  /// The directory must exist.
  static result<owner_lock> take(const std::filesystem::path& database);

  owner_lock(owner_lock&& other) noexcept;
  owner_lock& operator=(owner_lock&&) = delete;
  ~owner_lock();

 private:
  explicit owner_lock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace freshet
