// What:    a request in work and its place in its connection's queue of answers. Internal to io/http.
// Why:     the application holds an exchange, the connection holds the call: when the last exchange dies unanswered the
//          call is answered 500, and when the connection dies the exchange still has its request.
// Threads: `in` is immutable; everything else belongs to the thread of `loop`.
#pragma once

#include <cstddef>
#include <memory>

#include "io/http/message.hpp"
#include "io/http/server_state.hpp"

namespace freshet::http {

class io_loop;
class session;

struct pending_call {
  pending_call(std::shared_ptr<server_state> owner, std::shared_ptr<io_loop> home, std::weak_ptr<session> from)
      : server(std::move(owner)), loop(std::move(home)), origin(std::move(from)) {}
  ~pending_call() { server->bodies.give_back(body_bytes_claimed); }
  pending_call(const pending_call&) = delete;
  pending_call& operator=(const pending_call&) = delete;

  request in;
  response out;
  /// Belong to the answer, whoever gives it.
  field_list fields;
  const std::shared_ptr<server_state> server;
  const std::shared_ptr<io_loop> loop;
  const std::weak_ptr<session> origin;
  std::size_t body_bytes_claimed = 0;
  bool takes_gzip = false;
  bool tell_keep_alive = false;
  /// The connection ends behind this answer.
  bool close = false;
  bool answered = false;
};

/// What the application is given.
[[nodiscard]] exchange_ptr make_exchange(std::shared_ptr<pending_call> call);

}  // namespace freshet::http
