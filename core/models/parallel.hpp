// What:    a loop over chunks of work on several threads.
// Why:     chunks are numbered, so partial sums can be kept by chunk and added in order: the same bytes for every
//          number of threads.
// Threads: the calling thread works too; returns when all is done. `work` must not throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace freshet {

/// 0 = as many as the machine has.
[[nodiscard]] std::size_t thread_count(std::uint32_t wanted);

/// Calls work(chunk, thread) once for every chunk < chunks; thread < threads names the caller's scratch memory.
void parallel_for(std::size_t chunks, std::size_t threads,
                  const std::function<void(std::size_t chunk, std::size_t thread)>& work);

}  // namespace freshet
