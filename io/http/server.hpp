// What:    HTTP/1.1 on TCP and on a Unix socket: accept, limits, deadlines, keep-alive, pipelining in order.
// Why:     hostile input is refused here in bounded memory (promise H1), before anything of ours sees it.
// Refuses: Transfer-Encoding with Content-Length, unknown transfer codings (501), Transfer-Encoding on HTTP/1.0,
//          several or missing Host, obs-fold, bad header names, over-long target (414), headers (431), body (413),
//          HTTP versions other than 1.0 and 1.1 (505); slow headers and bodies (408).
// Threads: `io_threads` threads of the server's own run the sessions and call the callbacks, which must not block;
//          what on_request throws is answered 500, the others must not throw.
// Limits:  of server_options; besides, 16 requests of a connection in work at once, and 32 bulk bodies' worth of bodies
//          in memory for all connections together (503 beyond). Over connections_max clients are told 503.
// Cost:    about 8 us of CPU a request with a body of 600 bytes, answered on the I/O thread; 100,000 requests/s a
//          thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

/// What was decided with the header of a request alone.
struct header_decision {
  /// An answer given here (no key, too many requests) stands: the body is not read and on_request is not called.
  std::optional<response> answer;
  /// Added to the answer, whoever gives it.
  field_list fields;
};

struct server_callbacks {
  std::function<void(exchange_ptr)> on_request;
  /// Once behind the requests that came together, on the thread that handed them over. Empty = not called.
  std::function<void()> after_requests;
  /// Body limit decision, asked when the header has been read.
  std::function<bool(method, std::string_view path)> accepts_bulk;
  /// Once an answer is written (or the connection died under it): for metrics and the request log.
  std::function<void(const request&, unsigned status, std::size_t body_bytes, std::chrono::nanoseconds took)> on_done;
  /// Asked with the header alone. Empty = every request is read.
  std::function<header_decision(const request&)> on_header;
};

struct listen_address {
  /// False: on the Unix socket alone.
  bool tcp = true;
  std::string host = "127.0.0.1";
  /// 0 = any free port; `server::port` tells.
  std::uint16_t port = 8000;
  /// Also listen here, at the same host; 0 = not.
  std::uint16_t admin_port = 0;
  /// Also listen here, mode 0600; empty = not.
  std::filesystem::path unix_socket;
};

class server {
 public:
  /// Errors: a taken port or an address of another machine, in one sentence that names it.
  static result<std::unique_ptr<server>> start(const listen_address& address, const server_options& limits,
                                               std::size_t io_threads, server_callbacks callbacks);
  virtual ~server() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::size_t connections() const = 0;
  /// No new connections; answers in flight carry `Connection: close`; idle connections are closed after a short grace,
  /// in which a request that is already on its way is still answered.
  virtual void stop_accepting() = 0;
  /// Waits until every request in flight is answered, at most `deadline`, then closes everything. True = all answered.
  virtual bool drain(std::chrono::milliseconds deadline) = 0;
};

}  // namespace freshet::http
