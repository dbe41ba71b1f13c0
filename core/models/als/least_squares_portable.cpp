// Least squares for every machine.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/models/als/least_squares_kernel_sets.hpp"

namespace freshet {
namespace {

#define FRESHET_LANES 4
constexpr std::size_t tile_vectors = 2;
#include "core/models/als/least_squares_kernels.inc"

}  // namespace

const least_squares_kernels least_squares_portable{.name = "portable",
                                                   .add_outer_products = add_outer_products,
                                                   .conjugate_gradient = conjugate_gradient,
                                                   .cholesky_solve = cholesky_solve};

}  // namespace freshet
