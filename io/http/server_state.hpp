// What:    what the threads of one server share: limits, callbacks, counters. Internal to io/http.
// Threads: counters and the compressor pool from any thread; callbacks are set before the first connection and cleared
//          after the last thread has ended.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "config/options.hpp"
#include "io/http/compression.hpp"
#include "io/http/server.hpp"

namespace freshet::http {

/// Memory that the bodies of all requests may take together.
class byte_budget {
 public:
  explicit byte_budget(std::size_t bytes) : left_(static_cast<std::ptrdiff_t>(bytes)) {}
  bool try_take(std::size_t bytes) {
    if (left_.fetch_sub(static_cast<std::ptrdiff_t>(bytes)) >= static_cast<std::ptrdiff_t>(bytes)) return true;
    give_back(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { left_.fetch_add(static_cast<std::ptrdiff_t>(bytes)); }

 private:
  std::atomic<std::ptrdiff_t> left_;
};

/// Where a connection comes from.
struct arrival {
  std::string peer;
  entrance through = entrance::main;
};

struct server_state {
  server_state(const server_options& limits_given, server_callbacks callbacks_given)
      : limits(limits_given), callbacks(std::move(callbacks_given)), bodies(32 * limits.bulk_body_bytes_max) {}

  const server_options limits;
  server_callbacks callbacks;
  gzip_pool gzip;
  byte_budget bodies;
  /// Open connections, those that are turned away apart.
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> turned_away{0};
  /// Requests handed over whose answer is neither written nor void.
  std::atomic<std::size_t> in_flight{0};
  std::atomic<bool> draining{false};
};

/// Requests of one connection that are in work at once; the next one waits in the socket.
inline constexpr std::size_t pipeline_depth_max = 16;
/// Connections over the limit that are told so; more are closed without a word.
inline constexpr std::size_t turned_away_max = 64;
/// How long a connection is read on after its last answer, so that closing it does not destroy the answer on its way.
inline constexpr std::chrono::milliseconds linger_deadline{2000};
/// When the server stops: how long a request that is already on its way to an idle connection is waited for.
inline constexpr std::chrono::milliseconds drain_grace{100};

}  // namespace freshet::http
