// What:    records into an event_sink at a given rate, with a bound on what is under way, counted when they arrive.
// Why:     a sink whose queue is full refuses; a sender that waits before that keeps the order of every key.
// Errors:  of the first record that did not arrive; nothing is sent after it.
// Limits:  50,000 records or 64 MB under way.
// Threads: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "io/events/event_source.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

class paced_sender {
 public:
  /// `rate` in records a second; 0 = as fast as the sink takes them.
  paced_sender(event_sink& sink, double rate);
  ~paced_sender();
  paced_sender(const paced_sender&) = delete;
  paced_sender& operator=(const paced_sender&) = delete;

  /// Waits for its time and for room. False when a stop was requested meanwhile: it was not sent.
  [[nodiscard]] result<bool> send(std::string key, std::string value, stop_request& stop);
  /// Waits until everything sent has arrived or was refused. A stop request changes nothing, a second signal does.
  [[nodiscard]] status finish(stop_request& stop);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t delivered() const;

 private:
  struct reports;

  std::chrono::steady_clock::time_point due() const;
  bool has_room() const;

  event_sink& sink_;
  double rate_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t sent_ = 0;
  std::uint64_t bytes_sent_ = 0;
  /// Shared with the callbacks of records that are still under way.
  std::shared_ptr<reports> reports_;
};

}  // namespace freshet::tools
