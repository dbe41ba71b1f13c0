// What: the sets of kernels.hpp by name, for the dispatcher alone.
// Why:  each is compiled in a file of its own; one for another processor may be present but must not be called.
#pragma once

#include "core/linalg/kernels.hpp"

namespace freshet {

extern const kernel_set portable_kernels;
#if defined(__x86_64__)
extern const kernel_set avx2_kernels;
extern const kernel_set avx512_kernels;
#endif

}  // namespace freshet
