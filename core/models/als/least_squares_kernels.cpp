#include "core/models/als/least_squares_kernels.hpp"

#include <vector>

#include "core/models/als/least_squares_kernel_sets.hpp"

namespace freshet {
namespace {

std::vector<const least_squares_kernels*> detect() {
  std::vector<const least_squares_kernels*> sets;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx512) sets.push_back(&least_squares_avx512);
  if (avx2) sets.push_back(&least_squares_avx2);
#endif
  sets.push_back(&least_squares_portable);
  return sets;
}

}  // namespace

std::span<const least_squares_kernels* const> available_least_squares_kernels() {
  static const std::vector<const least_squares_kernels*> sets = detect();
  return sets;
}

const least_squares_kernels& best_least_squares_kernels() {
  return *available_least_squares_kernels().front();
}

}  // namespace freshet
