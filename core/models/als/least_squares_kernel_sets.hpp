// What: the sets of least_squares_kernels.hpp by name, for the dispatcher alone.
// Why:  each is compiled in a file of its own; one for another processor may be present but must not be called.
#pragma once

#include "core/models/als/least_squares_kernels.hpp"

namespace freshet {

extern const least_squares_kernels least_squares_portable;
#if defined(__x86_64__)
extern const least_squares_kernels least_squares_avx2;
extern const least_squares_kernels least_squares_avx512;
#endif

}  // namespace freshet
