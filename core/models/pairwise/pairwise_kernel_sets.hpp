// What: the sets of pairwise_kernels.hpp by name, for the dispatcher alone.
// Why:  each is compiled in a file of its own; one for another processor may be present but must not be called.
#pragma once

#include "core/models/pairwise/pairwise_kernels.hpp"

namespace freshet {

extern const pairwise_kernels pairwise_portable;
#if defined(__x86_64__)
extern const pairwise_kernels pairwise_avx2;
extern const pairwise_kernels pairwise_avx512;
#endif

}  // namespace freshet
