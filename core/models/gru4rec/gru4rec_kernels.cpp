#include "core/models/gru4rec/gru4rec_kernels.hpp"

#include <vector>

#include "core/models/gru4rec/gru4rec_kernel_sets.hpp"

namespace freshet {
namespace {

std::vector<const gru4rec_kernels*> detect() {
  std::vector<const gru4rec_kernels*> sets;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx512) sets.push_back(&gru4rec_avx512);
  if (avx2) sets.push_back(&gru4rec_avx2);
#endif
  sets.push_back(&gru4rec_portable);
  return sets;
}

}  // namespace

std::span<const gru4rec_kernels* const> available_gru4rec_kernels() {
  static const std::vector<const gru4rec_kernels*> sets = detect();
  return sets;
}

const gru4rec_kernels& best_gru4rec_kernels() {
  return *available_gru4rec_kernels().front();
}

}  // namespace freshet
