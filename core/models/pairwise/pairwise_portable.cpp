// Pairwise learning for every machine.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/models/pairwise/pairwise_kernel_sets.hpp"

namespace freshet {
namespace {

#define FRESHET_LANES 4
#include "core/models/pairwise/pairwise_kernels.inc"

}  // namespace

const pairwise_kernels pairwise_portable{.name = "portable",
                                         .bpr_sgd = bpr_sgd,
                                         .bpr_adagrad = bpr_adagrad,
                                         .logistic_adagrad = logistic_adagrad,
                                         .warp_adagrad = warp_adagrad};

}  // namespace freshet
