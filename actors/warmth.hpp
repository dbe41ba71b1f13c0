// What:    how far the caches are warmed up, for /cache_stats and /stats.
// Threads: every member from any thread.
#pragma once

#include <cstdint>
#include <mutex>

#include "io/http/cache_api.hpp"

namespace freshet {

class warmth {
 public:
  /// What was computed so far in the warm-up that runs.
  void progress(const http::precomputed_counts& computed) {
    const std::lock_guard lock(mutex_);
    computed_ = computed;
  }
  /// The caches are warm for this generation.
  void finished(std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    generation_ = generation;
  }
  /// The caches were emptied, or another model took over.
  void lost() {
    const std::lock_guard lock(mutex_);
    generation_ = none;
    computed_ = {};
  }

  bool is_warm(std::uint64_t generation) const {
    const std::lock_guard lock(mutex_);
    return generation_ == generation;
  }
  http::precomputed_counts computed() const {
    const std::lock_guard lock(mutex_);
    return computed_;
  }

 private:
  static constexpr std::uint64_t none = UINT64_MAX;

  mutable std::mutex mutex_;
  std::uint64_t generation_ = none;
  http::precomputed_counts computed_;
};

}  // namespace freshet
