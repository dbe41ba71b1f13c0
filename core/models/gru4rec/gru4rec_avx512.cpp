// Recurrent network for AVX-512 (Skylake-X 2017, Zen 4 and later).
// The standard headers come before the pragma: their inline functions are shared with the rest of the program and
// must run everywhere.
#include <immintrin.h>

#include <cstddef>
#include <cstring>

#include "core/models/gru4rec/gru4rec_kernel_sets.hpp"

#if defined(__x86_64__)
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512vl")

namespace freshet {
namespace {

#define FRESHET_LANES 16
constexpr std::size_t tile_rows = 6;
constexpr std::size_t tile_vectors = 4;
#define FRESHET_RECIPROCAL_ROOT(of) _mm512_maskz_rsqrt14_ps(0xFFFF, reinterpret_cast<const __m512&>(of))
#include "core/models/gru4rec/gru4rec_kernels.inc"

}  // namespace

constinit const gru4rec_kernels gru4rec_avx512 = kernels_named("avx512");

}  // namespace freshet

#endif
