// What:    a seeded source of random numbers whose sequence is the same on every platform.
// Why:     "same seed, same bytes" is a promise of training, evaluation and the generator; the distributions of
//          <random> are left to each standard library, so the few that are needed stand here.
// Threads: one source per thread; `split` derives independent ones.
#pragma once

#include <cstdint>
#include <random>

namespace freshet {

class random_source {
 public:
  explicit random_source(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  /// Uniform in [0, bound), without modulo bias; bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1), 53 random bits.
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  /// Standard normal (Box and Muller 1958).
  double normal();
  /// An independent source, for thread or purpose number `stream`.
  random_source split(std::uint64_t stream);

 private:
  std::mt19937_64 engine_;
};

}  // namespace freshet
