// Least squares for AVX2 and FMA (Haswell 2013, Zen 2017 and later).
// The standard headers come before the pragma: their inline functions are shared with the rest of the program and
// must run everywhere.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/models/als/least_squares_kernel_sets.hpp"

#if defined(__x86_64__)
#pragma GCC target("avx2,fma")

namespace freshet {
namespace {

#define FRESHET_LANES 8
constexpr std::size_t tile_vectors = 2;
#include "core/models/als/least_squares_kernels.inc"

}  // namespace

const least_squares_kernels least_squares_avx2{.name = "avx2",
                                               .add_outer_products = add_outer_products,
                                               .conjugate_gradient = conjugate_gradient,
                                               .cholesky_solve = cholesky_solve};

}  // namespace freshet

#endif
