#include "core/linalg/blas_threads.hpp"

// OpenBLAS calls it before every fork. Weak: another BLAS has no such threads.
extern "C" __attribute__((weak)) int blas_thread_shutdown_();

namespace freshet {

void end_idle_blas_threads() {
  if (blas_thread_shutdown_ != nullptr) blas_thread_shutdown_();
}

}  // namespace freshet
