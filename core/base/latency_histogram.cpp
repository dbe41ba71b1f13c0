#include "core/base/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace freshet {
namespace {

// Values below 2^11 have a bucket each; above, every power of two has 2^10 buckets of equal width.
constexpr int linear_bits = 11;
constexpr int value_bits = 43;
constexpr std::uint64_t value_max = (std::uint64_t{1} << value_bits) - 1;
constexpr std::size_t buckets = (std::size_t{value_bits - linear_bits} + 2) << (linear_bits - 1);

std::size_t bucket_of(std::uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - linear_bits);
  return (static_cast<std::size_t>(shift) << (linear_bits - 1)) + static_cast<std::size_t>(value >> shift);
}

/// The largest value of a bucket.
std::uint64_t value_of(std::size_t bucket) {
  constexpr std::size_t half = std::size_t{1} << (linear_bits - 1);
  if (bucket < 2 * half) return bucket;
  const std::size_t shift = bucket / half - 1;
  return ((bucket - shift * half + 1) << shift) - 1;
}

std::uint64_t in_range(std::chrono::nanoseconds latency) {
  return std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency.count())), value_max);
}

}  // namespace

latency_histogram::latency_histogram() : counts_(buckets) {}

void latency_histogram::record(std::chrono::nanoseconds latency) {
  ++counts_[bucket_of(in_range(latency))];
  ++count_;
  sum_ += static_cast<double>(latency.count());
  max_ = std::max(max_, latency);
}

void latency_histogram::add(const latency_histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds latency_histogram::mean() const {
  return std::chrono::nanoseconds(count_ == 0 ? 0 : std::llround(sum_ / static_cast<double>(count_)));
}

std::chrono::nanoseconds latency_histogram::quantile(double share) const {
  if (count_ == 0) return {};
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (seen >= wanted) return std::min(max_, std::chrono::nanoseconds(value_of(bucket)));
  }
  return max_;
}

double latency_histogram::share_within(std::chrono::nanoseconds bound) const {
  if (count_ == 0) return 1;
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket <= bucket_of(in_range(bound)); ++bucket) seen += counts_[bucket];
  return static_cast<double>(seen) / static_cast<double>(count_);
}

}  // namespace freshet
