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

constinit const gru4rec_kernels gru4rec_portable = kernels_named("portable");

}  // namespace freshet
