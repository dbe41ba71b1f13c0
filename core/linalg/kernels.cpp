#include "core/linalg/kernels.hpp"

#include <vector>

#include "core/linalg/kernel_sets.hpp"

namespace freshet {
namespace {

std::vector<const kernel_set*> detect() {
  std::vector<const kernel_set*> sets;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni")) {
    sets.push_back(&avx512_kernels);
  }
  if (__builtin_cpu_supports("avx2")) sets.push_back(&avx2_kernels);
#endif
  sets.push_back(&portable_kernels);
  return sets;
}

}  // namespace

std::span<const kernel_set* const> available_kernels() {
  static const std::vector<const kernel_set*> sets = detect();
  return sets;
}

const kernel_set& best_kernels() {
  return *available_kernels().front();
}

}  // namespace freshet
