// Recurrent network for every machine.
#include <cstddef>
#include <cstring>

#include "core/models/gru4rec/gru4rec_kernel_sets.hpp"

namespace freshet {
namespace {

#define FRESHET_LANES 4
constexpr std::size_t tile_rows = 4;
constexpr std::size_t tile_vectors = 2;
#include "core/models/gru4rec/gru4rec_kernels.inc"

}  // namespace

const gru4rec_kernels gru4rec_portable{.name = "portable",
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
