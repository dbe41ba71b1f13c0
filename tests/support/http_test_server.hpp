// What: an HTTP server on a free port with a handler of the test's own.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "io/http/server.hpp"
#include "tests/support/raw_connection.hpp"

namespace freshet::testing {

/// Takes calls and keeps them until the test answers.
class call_basket {
 public:
  void put(http::exchange_ptr call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
    changed_.notify_all();
  }
  /// Waits for `count` calls and hands them out in order of arrival.
  std::vector<http::exchange_ptr> take(std::size_t count) {
    std::unique_lock lock(mutex_);
    FRESHET_CHECK(changed_.wait_for(lock, std::chrono::seconds(20), [&] { return calls_.size() >= count; }),
                  "the calls arrive");
    return std::exchange(calls_, {});
  }
  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return calls_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<http::exchange_ptr> calls_;
};

inline http::response text(std::string body) {
  return {.status = 200, .content_type = "text/plain", .body = std::move(body), .headers = {}};
}

/// Answers with method, target and body of the request.
inline void answer_echo(const http::exchange_ptr& call) {
  const auto& in = call->in();
  call->answer(text(std::string(to_string(in.verb)) + " " + in.target + " " + in.body));
}

class http_test_server {
 public:
  struct settings {
    server_options limits{};
    std::size_t io_threads = 1;
    std::filesystem::path unix_socket{};
    std::function<bool(http::method, std::string_view)> accepts_bulk{};
    std::function<http::header_decision(const http::request&)> on_header{};
  };

  explicit http_test_server(std::function<void(http::exchange_ptr)> handler = answer_echo) {
    start(std::move(handler), settings{});
  }
  http_test_server(std::function<void(http::exchange_ptr)> handler, settings chosen) {
    start(std::move(handler), std::move(chosen));
  }

  raw_connection connect() const { return raw_connection(server_->port()); }
  http::server& get() { return *server_; }
  void stop() { server_.reset(); }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  /// Requests that on_done has reported, and the status of the last one.
  std::size_t done() const { return done_; }
  unsigned last_status() const { return last_status_; }
  bool eventually(const std::function<bool()>& condition) const {
    for (int i = 0; i < 10'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return false;
  }

 private:
  void start(std::function<void(http::exchange_ptr)> handler, settings chosen) {
    auto started = http::server::start(
        {.host = "127.0.0.1", .port = 0, .unix_socket = chosen.unix_socket}, chosen.limits, chosen.io_threads,
        {.on_request = std::move(handler),
         .accepts_bulk = std::move(chosen.accepts_bulk),
         .on_done =
             [this](const http::request&, unsigned status, std::size_t, std::chrono::nanoseconds) {
               last_status_ = status;
               ++done_;
             },
         .on_header = std::move(chosen.on_header)});
    FRESHET_CHECK(started.ok(), "the test's server starts");
    server_ = *std::move(started);
  }

  std::atomic<std::size_t> done_{0};
  std::atomic<unsigned> last_status_{0};
  std::unique_ptr<http::server> server_;
};

}  // namespace freshet::testing
