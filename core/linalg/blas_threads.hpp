// What:    ends the threads that the BLAS library starts when it is loaded; it starts them again when it is used.
// Why:     they are older than `main` and so know nothing of its signal mask: a SIGTERM that the program blocks, to
//          take it when it suits, would be given to one of them and end the process at once. Threads that start later
//          inherit the mask.
// When:    first thing in `main`.
// Threads: none may use BLAS at the same time.
#pragma once

namespace freshet {

void end_idle_blas_threads();

}  // namespace freshet
