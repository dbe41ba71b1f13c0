// What:    how often which latency was seen, in constant memory, for any percentile afterwards.
// Why:     millions of requests cannot all be kept, and an average says nothing about the slow ones.
// Units:   nanoseconds.
// Limits:  a value is kept to within 1/1024 of itself; above 2^43 ns (2.4 h) it counts as that.
// Threads: one at a time; `add` joins what several threads have counted.
// Source:  the bucket layout of HdrHistogram (Tene).
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace freshet {

class latency_histogram {
 public:
  latency_histogram();

  void record(std::chrono::nanoseconds latency);
  void add(const latency_histogram& other);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds max() const { return max_; }
  std::chrono::nanoseconds mean() const;
  /// The smallest value that at least this share (0..1) of all values do not exceed; 0 without values.
  std::chrono::nanoseconds quantile(double share) const;
  /// Share of the values that do not exceed `bound`; 1 without values.
  double share_within(std::chrono::nanoseconds bound) const;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  double sum_ = 0;
  std::chrono::nanoseconds max_{};
};

}  // namespace freshet
