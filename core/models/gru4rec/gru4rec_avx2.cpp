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

const gru4rec_kernels gru4rec_avx2{.name = "avx2",
                                   .multiply = multiply,
                                   .step_forward = step_forward,
                                   .step_backward = step_backward,
                                   .exponentials = exponentials,
                                   .scale = scale,
                                   .bpr_max_terms = bpr_max_terms,
                                   .bpr_max_gradient = bpr_max_gradient,
                                   .adagrad = adagrad,
                                   .adam = adam};

}  // namespace freshet

#endif
