#include "io/http/rate_limiter.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace freshet::http {
namespace {

constexpr std::size_t callers_max = 65'536;

std::chrono::seconds whole_seconds(double seconds) {
  return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(std::min(seconds, 1e9))));
}

double burst_of(const rate_limit_options& limit) {
  if (limit.burst > 0) return limit.burst;
  return std::max(1.0, std::ceil(limit.requests_per_second));
}

}  // namespace

rate_limiter::rate_limiter(const rate_limit_options& limit)
    : rate_(limit.requests_per_second), burst_(burst_of(limit)) {}

std::chrono::seconds rate_limiter::window() const {
  return std::max(std::chrono::seconds(1), whole_seconds(burst_ / rate_));
}

rate_limiter::bucket& rate_limiter::bucket_of(std::string_view who, time_point now) {
  if (const auto known = by_name_.find(who); known != by_name_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, known->second);
    return buckets_.front();
  }
  if (buckets_.size() == callers_max) {
    by_name_.erase(buckets_.back().who);
    buckets_.pop_back();
  }
  buckets_.push_front({std::string(who), burst_, now});
  by_name_.emplace(buckets_.front().who, buckets_.begin());
  return buckets_.front();
}

rate_limiter::verdict rate_limiter::take(std::string_view who, time_point now) {
  const std::lock_guard lock(mutex_);
  bucket& own = bucket_of(who, now);
  // Requests of several threads may come out of order by a little.
  if (now > own.filled) {
    own.tokens = std::min(burst_, own.tokens + rate_ * std::chrono::duration<double>(now - own.filled).count());
    own.filled = now;
  }
  verdict out;
  out.allowed = own.tokens >= 1;
  if (out.allowed) own.tokens -= 1;
  out.remaining = static_cast<std::size_t>(own.tokens);
  out.reset = whole_seconds((burst_ - own.tokens) / rate_);
  if (!out.allowed) out.retry_after = std::max(std::chrono::seconds(1), whole_seconds((1 - own.tokens) / rate_));
  return out;
}

std::size_t rate_limiter::callers() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

std::string address_group(std::string_view peer) {
  const std::string text(peer.substr(0, peer.find('%')));
  in6_addr address{};
  if (text.find(':') == std::string::npos || inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::string(peer);
  std::memset(address.s6_addr + 8, 0, 8);
  std::array<char, INET6_ADDRSTRLEN> group{};
  inet_ntop(AF_INET6, &address, group.data(), group.size());
  return std::string(group.data()) + "/64";
}

}  // namespace freshet::http
