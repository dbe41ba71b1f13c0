// Least squares for AVX-512 (Skylake-X 2017, Zen 4 and later).
// The standard headers come before the pragma: their inline functions are shared with the rest of the program and
// must run everywhere.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/models/als/least_squares_kernel_sets.hpp"

#if defined(__x86_64__)
#pragma GCC target("avx2,fma,avx512f,avx512dq,avx512vl")

namespace freshet {
namespace {

#define FRESHET_LANES 16
constexpr std::size_t tile_vectors = 4;
#include "core/models/als/least_squares_kernels.inc"

}  // namespace

const least_squares_kernels least_squares_avx512{.name = "avx512",
                                                 .add_outer_products = add_outer_products,
                                                 .conjugate_gradient = conjugate_gradient,
                                                 .cholesky_solve = cholesky_solve};

}  // namespace freshet

#endif
