// Pairwise learning for AVX-512 (Skylake-X 2017, Zen 4 and later).
// The standard headers come before the pragma: their inline functions are shared with the rest of the program and
// must run everywhere.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/models/pairwise/pairwise_kernel_sets.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512vl")

namespace freshet {
namespace {

#define FRESHET_LANES 16
#include "core/models/pairwise/pairwise_kernels.inc"

}  // namespace

constinit const pairwise_kernels pairwise_avx512 = kernels_named("avx512");

}  // namespace freshet

#endif
