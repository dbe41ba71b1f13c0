// What:    how requests went in the last minute: how many, how many failed, and how long those took that recommend.
// Why:     an operator asks how it is now; sums since the start hide what went wrong an hour ago, and heal nothing.
// How:     a ring of slots of ten seconds; a slot is emptied when its time comes round again. What is asked covers the
//          slots that are full or filling: fifty to sixty seconds.
// Threads: every member from any thread.
// Cost:    record: a short lock. figures: joins six histograms, some 100 us.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "core/base/latency_histogram.hpp"

namespace freshet {

class recent_traffic {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds slot_length{10};
  static constexpr std::size_t slots = 6;

  explicit recent_traffic(time_point start) : start_(start) {}

  struct observation {
    std::chrono::nanoseconds took{};
    /// A 5xx status.
    bool failed = false;
    /// Counts in the latencies.
    bool recommends = false;
  };
  void record(const observation& seen, time_point now);

  struct figures {
    /// Seconds that the figures are about; less than a minute at the start.
    double seconds{};
    std::uint64_t requests{};
    std::uint64_t errors{};
    std::uint64_t recommending{};
    std::chrono::nanoseconds p50{}, p90{}, p95{}, p99{}, max{};

    double requests_per_second() const { return seconds > 0 ? static_cast<double>(requests) / seconds : 0; }
    /// 0 without requests.
    double error_rate() const { return requests > 0 ? static_cast<double>(errors) / static_cast<double>(requests) : 0; }
  };
  figures seen(time_point now) const;

 private:
  struct slot {
    /// Which ten seconds since the start it holds.
    std::int64_t number = -1;
    std::uint64_t requests = 0;
    std::uint64_t errors = 0;
    latency_histogram latencies;
  };

  std::int64_t number_at(time_point now) const { return (now - start_) / slot_length; }

  const time_point start_;
  mutable std::mutex mutex_;
  std::array<slot, slots> ring_;
};

}  // namespace freshet
