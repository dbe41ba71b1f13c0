#include "core/models/pairwise/pairwise_kernels.hpp"

#include <vector>

#include "core/models/pairwise/pairwise_kernel_sets.hpp"

namespace freshet {
namespace {

std::vector<const pairwise_kernels*> detect() {
  std::vector<const pairwise_kernels*> sets;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx512) sets.push_back(&pairwise_avx512);
  if (avx2) sets.push_back(&pairwise_avx2);
#endif
  sets.push_back(&pairwise_portable);
  return sets;
}

}  // namespace

std::span<const pairwise_kernels* const> available_pairwise_kernels() {
  static const std::vector<const pairwise_kernels*> sets = detect();
  return sets;
}

const pairwise_kernels& best_pairwise_kernels() {
  return *available_pairwise_kernels().front();
}

}  // namespace freshet
