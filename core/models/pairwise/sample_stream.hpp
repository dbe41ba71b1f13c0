// What:    random numbers for inner loops: SplitMix64 (Steele, Lea, Flood 2014).
// Why:     a sampler of negatives draws a hundred million numbers a minute; a stream is one word, so each task of each
//          epoch has one of its own.
// Limits:  `below` is biased by at most bound / 2^32; bounds fit 32 bits.
#pragma once

#include <cstdint>

namespace freshet {

class sample_stream {
 public:
  explicit sample_stream(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9e3779b97f4a7c15ULL;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return mixed ^ (mixed >> 31);
  }
  /// Uniform in [0, bound).
  std::uint32_t below(std::uint64_t bound) { return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32); }
  /// Uniform in [0, 1).
  float uniform() { return static_cast<float>(next() >> 40) * 0x1.0p-24F; }

 private:
  std::uint64_t state_;
};

}  // namespace freshet
