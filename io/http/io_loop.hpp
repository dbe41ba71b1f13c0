// What:    one thread with its sockets: the sessions it serves, their deadlines, and the letterbox through which other
//          threads hand in answers. Internal to io/http.
// Why:     a session and everything in it belongs to one thread for life, so nothing on the request path takes a lock
//          but the letterbox; deadlines are a field that a tick looks at, not a timer that every read re-arms.
// Threads: `deliver`, `post` and `shut` from any thread; the rest on the thread of the loop.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/http/correlation.hpp"
#include "io/http/pending_call.hpp"
#include "io/http/server_state.hpp"

namespace freshet::http {

class session;

class io_loop : public std::enable_shared_from_this<io_loop> {
 public:
  explicit io_loop(std::shared_ptr<server_state> server);
  ~io_loop();
  io_loop(const io_loop&) = delete;
  io_loop& operator=(const io_loop&) = delete;

  void start();
  /// Closes every connection, throws later answers away and ends the thread. Not from the thread itself.
  void shut();

  boost::asio::io_context& context() { return context_; }
  void post(std::function<void()> task);
  /// Hands an answer to the session that waits for it: directly on this thread, else through the letterbox.
  void deliver(const std::shared_ptr<pending_call>& call, response out);

  /// A request is about to be handed over: after_requests is due.
  void expect_requests();

  /// Takes over an accepted socket.
  void adopt(int socket, arrival from, bool turn_away);
  void forget(const session& gone);
  /// Lets sessions without a request end soon.
  void stop_idle_sessions();
  void close_all_sessions();

  id_source& ids() { return ids_; }
  /// The Date field of this second.
  std::string_view date_line();

 private:
  struct letter {
    std::shared_ptr<pending_call> call;
    response out;
  };
  void open_letterbox();
  void complete(const std::shared_ptr<pending_call>& call, response out);
  void schedule_tick();

  const std::shared_ptr<server_state> server_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer ticker_;
  const std::chrono::milliseconds tick_;
  bool ticking_ = false;
  std::vector<std::shared_ptr<session>> sessions_;
  id_source ids_;
  std::string date_line_;
  std::int64_t date_second_ = -1;
  bool requests_expected_ = false;
  /// Answers that are being handed to sessions right now, one inside the other.
  int nesting_ = 0;

  std::mutex letterbox_mutex_;
  std::vector<letter> letterbox_;
  bool letterbox_closed_ = false;
  std::vector<letter> opened_;  // capacity kept from one opening to the next
  std::thread thread_;
};

}  // namespace freshet::http
