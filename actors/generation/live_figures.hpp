// What:    how the answers of one model fared since it came into service: how many, how many failed or came from a
//          fallback list, how long they took.
// Threads: every member from any thread.
// Cost:    a short lock for each answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "core/base/latency_histogram.hpp"

namespace freshet {

class live_figures {
 public:
  struct answered {
    std::chrono::nanoseconds took{};
    /// A 5xx status.
    bool failed = false;
    bool fallback = false;
  };
  void record(const answered& each) {
    const std::lock_guard lock(mutex_);
    latencies_.record(each.took);
    if (each.failed) ++errors_;
    if (each.fallback) ++fallbacks_;
  }

  struct figures {
    std::uint64_t requests{};
    std::uint64_t errors{};
    std::uint64_t fallbacks{};
    std::chrono::nanoseconds median{};
    std::chrono::nanoseconds p99{};

    double error_rate() const { return share(errors); }
    double fallback_rate() const { return share(fallbacks); }

   private:
    double share(std::uint64_t part) const {
      return requests > 0 ? static_cast<double>(part) / static_cast<double>(requests) : 0;
    }
  };
  figures seen() const {
    const std::lock_guard lock(mutex_);
    return {latencies_.count(), errors_, fallbacks_, latencies_.quantile(.5), latencies_.quantile(.99)};
  }

 private:
  mutable std::mutex mutex_;
  latency_histogram latencies_;
  std::uint64_t errors_ = 0;
  std::uint64_t fallbacks_ = 0;
};

}  // namespace freshet
