// Recurrent network for AVX2 with FMA (Haswell 2013, Zen and later).
// The standard headers come before the pragma: their inline functions are shared with the rest of the program and
// must run everywhere.
#include <immintrin.h>

#include <cstddef>
#include <cstring>

#include "core/models/gru4rec/gru4rec_kernel_sets.hpp"

#if defined(__x86_64__)
#pragma GCC target("avx2,fma")

namespace freshet {
namespace {

#define FRESHET_LANES 8
constexpr std::size_t tile_rows = 6;
constexpr std::size_t tile_vectors = 2;
#define FRESHET_RECIPROCAL_ROOT(of) _mm256_rsqrt_ps(reinterpret_cast<const __m256&>(of))
#include "core/models/gru4rec/gru4rec_kernels.inc"

}  // namespace

constinit const gru4rec_kernels gru4rec_avx2 = kernels_named("avx2");

}  // namespace freshet

#endif
