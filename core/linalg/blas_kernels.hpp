// What:    gives OpenBLAS the kernels of this processor where the library is older than the processor.
// Why:     a processor that the library does not know gets kernels for one of 2004 (SSE3, "Prescott"): on AVX-512 a
//          matrix product then takes 4 times as long (31 for 134 GFLOP/s a core seen). The choice is the library's own,
//          made when it is loaded; OPENBLAS_CORETYPE overrides it, here as there.
// When:    first thing in `main`, after end_idle_blas_threads.
// Threads: none may use BLAS at the same time.
// Limits:  does nothing with another BLAS, or where the library chose anything else.
#pragma once

namespace freshet {

void choose_blas_kernels();

}  // namespace freshet
