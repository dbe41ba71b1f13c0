// Pairwise learning for AVX2 and FMA (Haswell 2013, Zen 2017 and later).
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
#pragma GCC target("avx2,fma")

namespace freshet {
namespace {

#define FRESHET_LANES 8
#include "core/models/pairwise/pairwise_kernels.inc"

}  // namespace

constinit const pairwise_kernels pairwise_avx2 = kernels_named("avx2");

}  // namespace freshet

#endif
