#include "core/linalg/blas_kernels.hpp"

#include <cstdlib>
#include <string_view>

// Weak: another BLAS has none of them.
extern "C" {
__attribute__((weak)) char* openblas_get_corename();
__attribute__((weak)) void gotoblas_dynamic_quit();
__attribute__((weak)) void gotoblas_dynamic_init();
}

namespace freshet {
namespace {

const char* core_type_of_processor() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq")) {
    return "SkylakeX";
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "Haswell" : nullptr;
}

}  // namespace

void choose_blas_kernels() {
  constexpr const char* variable = "OPENBLAS_CORETYPE";
  if (openblas_get_corename == nullptr || gotoblas_dynamic_quit == nullptr || gotoblas_dynamic_init == nullptr) return;
  if (std::getenv(variable) != nullptr || std::string_view(openblas_get_corename()) != "Prescott") return;
  const char* better = core_type_of_processor();
  if (better == nullptr) return;
  ::setenv(variable, better, 1);
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
}

}  // namespace freshet
