#include "core/models/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace freshet {

std::size_t thread_count(std::uint32_t wanted) {
  if (wanted > 0) return wanted;
  return std::max(1U, std::thread::hardware_concurrency());
}

void parallel_for(std::size_t chunks, std::size_t threads, const std::function<void(std::size_t, std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&](std::size_t thread) {
    for (std::size_t chunk = next++; chunk < chunks; chunk = next++) work(chunk, thread);
  };
  std::vector<std::jthread> helpers;
  for (std::size_t thread = 1; thread < std::min(threads, chunks); ++thread) helpers.emplace_back(run, thread);
  run(0);
}

}  // namespace freshet
