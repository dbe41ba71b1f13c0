// What:    a token bucket for each caller: so many requests a second on average, so many at once.
// Why:     one caller that loops must not take the service from the others.
// Who:     a caller is a name that somebody else chose: "key shop", "address 10.0.0.7".
// Limits:  65,536 callers; the one that was silent longest makes room. A bucket that is gone is a full one, so a
//          flood of addresses costs memory for no more than that many and helps nobody who is counted by key.
// Threads: every member from any thread.
// Cost:    one look-up under a lock.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/options.hpp"

namespace freshet::http {

class rate_limiter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit rate_limiter(const rate_limit_options& limit);

  bool enabled() const { return rate_ > 0; }
  /// Requests that a caller may send at once.
  std::size_t burst() const { return static_cast<std::size_t>(burst_); }
  /// How long an empty bucket takes to fill.
  std::chrono::seconds window() const;

  struct verdict {
    bool allowed = true;
    /// Whole requests that are left.
    std::size_t remaining{};
    /// Until the bucket is full again.
    std::chrono::seconds reset{};
    /// Until one request is allowed; 0 when one is now.
    std::chrono::seconds retry_after{};
  };
  /// Takes one token of the caller's, if there is one.
  verdict take(std::string_view who, time_point now);

  std::size_t callers() const;

 private:
  struct bucket {
    std::string who;
    double tokens;
    time_point filled;
  };
  using line = std::list<bucket>;

  bucket& bucket_of(std::string_view who, time_point now);

  const double rate_;
  const double burst_;
  mutable std::mutex mutex_;
  line buckets_;  // the one asked for last in front
  /// The names lie in the buckets.
  std::unordered_map<std::string_view, line::iterator> by_name_;
};

/// What a caller without a key is counted by: an IPv4 address, or the /64 of an IPv6 address, because a subscriber has
/// all the addresses of one.
[[nodiscard]] std::string address_group(std::string_view peer);

}  // namespace freshet::http
