#include "io/telemetry/recent_traffic.hpp"

#include <algorithm>

namespace freshet {

void recent_traffic::record(const observation& seen, time_point now) {
  const auto number = number_at(now);
  const std::lock_guard lock(mutex_);
  auto& home = ring_[static_cast<std::size_t>(number) % slots];
  if (home.number != number) {
    home = slot{};
    home.number = number;
  }
  ++home.requests;
  if (seen.failed) ++home.errors;
  if (seen.recommends) home.latencies.record(seen.took);
}

recent_traffic::figures recent_traffic::seen(time_point now) const {
  const auto newest = number_at(now);
  const auto oldest = newest - static_cast<std::int64_t>(slots) + 1;
  latency_histogram all;
  figures sum;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& each : ring_) {
      if (each.number < oldest || each.number > newest) continue;
      sum.requests += each.requests;
      sum.errors += each.errors;
      all.add(each.latencies);
    }
  }
  const auto from = start_ + std::max<std::int64_t>(0, oldest) * slot_length;
  sum.seconds = std::chrono::duration<double>(now - from).count();
  sum.recommending = all.count();
  sum.p50 = all.quantile(.50);
  sum.p90 = all.quantile(.90);
  sum.p95 = all.quantile(.95);
  sum.p99 = all.quantile(.99);
  sum.max = all.max();
  return sum;
}

}  // namespace freshet
