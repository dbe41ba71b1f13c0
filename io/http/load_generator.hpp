// What:    many HTTP requests over many connections at a given rate, and how each fared.
// Why:     a service is measured by what a user waits, from the moment the request should have been sent: a generator
//          that waits for slow answers before it sends the next request hides exactly the slow ones (coordinated
//          omission; Tene 2013, "How NOT to Measure Latency").
// Rate:    open loop: request n is due at start + n / rate whatever became of the others; it goes out on the first free
//          connection and its latency counts from when it was due. Rate 0 = closed loop: every connection sends when it
//          has its answer, latency counts from sending; that measures capacity, not waiting.
// Timeout: within a tenth of a second.
// Errors:  unavailable when nobody listens at the start. What fails later is an outcome with status 0; its connection
//          is opened anew.
// Threads: everything runs on the calling thread, callbacks included.
// Cost:    about 30 us of CPU a request in open loop, four fifths of it the kernel's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

struct load_request {
  method verb = method::get;
  std::string target;
  /// JSON; empty = none.
  std::string body;
  /// Comes back with the outcome.
  std::uint32_t kind{};
};

struct load_outcome {
  std::uint32_t kind{};
  /// 0 = no answer: refused, broken off, or later than the timeout.
  unsigned status{};
  /// From when it was due.
  std::chrono::nanoseconds latency{};
  /// Since the start of the run, when the answer was complete.
  std::chrono::nanoseconds at{};
};

struct load_plan {
  std::string host = "127.0.0.1";
  std::string port = "8000";
  /// Sent with every request: "Authorization: Bearer ...\r\n"; empty or ending in a line break.
  std::string header_lines;
  std::size_t connections = 16;
  /// Requests a second; 0 = closed loop.
  double rate = 0;
  /// Whichever comes first ends the run; 0 = no bound. One of them is given.
  std::uint64_t requests_max = 0;
  std::chrono::nanoseconds duration_max{};
  std::chrono::milliseconds timeout{10'000};
  std::function<load_request(std::uint64_t number)> next;
  std::function<void(const load_outcome&)> done;
  /// Asked ten times a second; true ends the run early.
  std::function<bool()> stop;
};

struct load_summary {
  std::uint64_t sent{};
  std::chrono::nanoseconds elapsed{};
  /// Due, but not sent when the run ended: the rate was more than the connections could carry.
  std::uint64_t unsent{};
};

[[nodiscard]] result<load_summary> generate_load(const load_plan& plan);

}  // namespace freshet::http
