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

constinit const pairwise_kernels pairwise_portable = kernels_named("portable");

}  // namespace freshet
