// What:    accepts connections of one listener and deals them out to the loops in turn. Internal to io/http.
// Limits:  over `connections_max` clients are told 503; far over it, closed without a word. Without free descriptors
//          one that is kept in reserve lets clients be told 503 one after the other, some ten a second.
// Threads: everything on the thread of its loop.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <vector>

#include "io/http/io_loop.hpp"
#include "io/http/listener.hpp"
#include "io/http/server_state.hpp"

namespace freshet::http {

class acceptor : public std::enable_shared_from_this<acceptor> {
 public:
  /// Runs on the first of the loops.
  acceptor(listener source, entrance through, std::shared_ptr<server_state> server,
           std::vector<std::shared_ptr<io_loop>> loops);
  ~acceptor();
  acceptor(const acceptor&) = delete;
  acceptor& operator=(const acceptor&) = delete;

  void start();
  /// Closes the listening socket.
  void stop();

 private:
  void wait();
  void accept_all();
  void admit(int socket, bool turn_away);
  /// Opens it where it is missing and possible.
  void keep_reserve();

  listener source_;
  const entrance through_;
  const std::shared_ptr<server_state> server_;
  std::vector<std::shared_ptr<io_loop>> loops_;
  boost::asio::posix::stream_descriptor readiness_;
  boost::asio::steady_timer rest_;
  /// A descriptor that can be given up for a client's; -1 while a client has it.
  int reserve_ = -1;
  std::size_t next_loop_ = 0;
  bool stopped_ = false;
};

}  // namespace freshet::http
