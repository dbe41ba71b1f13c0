// What:    lets requests in up to a limit and answers 503 to those that take too long.
// Why:     mailboxes are unbounded, so the number of requests in work must be bounded before them; and a client must
//          not wait longer than the deadline for a reply that some actor owes.
// Promise: an admitted exchange that dies unanswered (an actor crashed) answers 503.
// How:     an admitted exchange stands in a list by arrival, so the oldest are at the front; answering takes it out.
// Threads: every member from any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

#include "io/http/message.hpp"

namespace freshet {

class admission : public std::enable_shared_from_this<admission> {
 public:
  /// Requests for which `always` is true are let in whatever the limit.
  admission(std::size_t in_flight_max, std::chrono::milliseconds deadline,
            std::function<bool(const http::request&)> always = {})
      : in_flight_max_(in_flight_max), deadline_(deadline), always_(std::move(always)) {}

  /// The exchange to hand on, or null when it was answered 503 because too many are in work.
  /// `patient`: it has no deadline.
  http::exchange_ptr admit(http::exchange_ptr call, bool patient = false);

  /// Answers 503 to every request with a deadline that arrived more than that ago.
  void expire(std::chrono::steady_clock::time_point now);

  std::size_t in_flight() const;

 private:
  class admitted;
  using line = std::list<std::weak_ptr<admitted>>;

  void leave(line::iterator place);

  const std::size_t in_flight_max_;
  const std::chrono::milliseconds deadline_;
  const std::function<bool(const http::request&)> always_;
  mutable std::mutex mutex_;
  line in_flight_;
};

}  // namespace freshet
