// What: how many entries a cache keeps and for how long; apart from the cache, so that the settings need not include
// it.
#pragma once

#include <chrono>
#include <cstddef>

namespace freshet {

struct cache_limits {
  std::size_t max_size;
  std::chrono::seconds ttl;

  friend bool operator==(const cache_limits&, const cache_limits&) = default;
};

}  // namespace freshet
