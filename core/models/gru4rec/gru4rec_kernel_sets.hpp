// What: the sets of gru4rec_kernels.hpp by name, for the dispatcher alone.
// Why:  each is compiled in a file of its own; one for another processor may be present but must not be called.
#pragma once

#include "core/models/gru4rec/gru4rec_kernels.hpp"

namespace freshet {

extern const gru4rec_kernels gru4rec_portable;
#if defined(__x86_64__)
extern const gru4rec_kernels gru4rec_avx2;
extern const gru4rec_kernels gru4rec_avx512;
#endif

}  // namespace freshet
