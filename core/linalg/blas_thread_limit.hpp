// What:    how many threads OpenBLAS may use, as long as the object lives.
// Why:     OpenBLAS has one number for the process, and its idle threads spin: beside requests that costs a processor.
// Threads: one holder at a time; others wait.
#pragma once

#include <cblas.h>

#include <cstddef>
#include <mutex>

namespace freshet {

class blas_thread_limit {
 public:
  explicit blas_thread_limit(std::size_t threads) : lock_(mutex()), before_(openblas_get_num_threads()) {
    openblas_set_num_threads(static_cast<int>(threads));
  }
  ~blas_thread_limit() { openblas_set_num_threads(before_); }
  blas_thread_limit(const blas_thread_limit&) = delete;
  blas_thread_limit& operator=(const blas_thread_limit&) = delete;

 private:
  static std::mutex& mutex() {
    static std::mutex only;
    return only;
  }

  std::scoped_lock<std::mutex> lock_;
  int before_;
};

}  // namespace freshet
