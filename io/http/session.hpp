// What:    one connection: read, parse, hand over, write the answers in the order of the requests. Internal to io/http.
// Why:     requests of one connection may be answered out of order by any thread; the queue of calls puts them back.
// Limits:  one input buffer of a header's size, pipeline_depth_max requests in work; then it stops reading.
// Deadlines: first byte and header (header_deadline), body (body_deadline), silence between requests (idle_deadline),
//          an answer from its first to its last byte (write_deadline). None while the application works.
// Threads: everything on the thread of its loop.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/http/pending_call.hpp"
#include "io/http/request_parser.hpp"
#include "io/http/server_state.hpp"

namespace freshet::http {

/// Counts an answer that was written, or that nobody is left to read.
void finish_call(pending_call& call, std::chrono::steady_clock::time_point now);

class session : public std::enable_shared_from_this<session> {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A session that turns its client away answers 503 to whatever comes, and ends.
  session(io_loop& loop, std::shared_ptr<server_state> server, arrival from, bool turn_away);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  /// Takes over the accepted socket.
  void start(int socket);
  void complete(pending_call& call, response out);
  void check_deadlines(time_point now);
  void stop_when_idle(time_point now);
  void close();

  /// Index in the list of the loop.
  std::size_t position() const { return position_; }
  void set_position(std::size_t index) { position_ = index; }

 private:
  /// What the client is waited for; each phase has its deadline.
  enum class phase { first_byte, header, body, idle, paused, lingering };

  void advance();
  void read();
  void on_read(const boost::system::error_code& ec, std::size_t bytes);
  bool takes_requests() const;
  bool parse();
  void on_header();
  void claim_body_bytes();
  void hand_over();
  void refuse(unsigned status, std::string_view sentence);
  void identify(request& in);
  std::shared_ptr<pending_call> enqueue(request in);
  bool write();
  void append_answers();
  void gather();
  void on_written();
  void enter(phase next);
  void update_phase();
  void linger();

  io_loop& loop_;
  const std::shared_ptr<server_state> server_;
  boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>
      socket_;
  const arrival from_;
  const bool turn_away_;
  std::size_t position_ = 0;

  // Input: the bytes [begin_, end_) of the buffer are not parsed yet.
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  request_parser parser_;
  /// Body bytes of the request being read that are booked in the server's budget.
  std::size_t body_bytes_claimed_ = 0;
  bool reading_ = false;
  bool input_closed_ = false;
  bool continue_wanted_ = false;
  /// What was decided with the header of the request being read.
  header_decision decided_;

  // Calls in the order of their requests; the answers of the first `writing_calls_` are being written.
  std::deque<std::shared_ptr<pending_call>> calls_;
  std::size_t body_bytes_in_work_ = 0;
  /// No request is taken any more: the one before it ends the connection.
  bool finishing_ = false;

  // Output: heads and small bodies in one text, large bodies where they are.
  std::string out_;
  std::vector<std::pair<std::size_t, std::string_view>> large_bodies_;  // offset in out_ behind which each belongs
  std::vector<boost::asio::const_buffer> out_buffers_;
  std::size_t writing_calls_ = 0;
  bool writing_ = false;

  phase phase_ = phase::first_byte;
  time_point now_;
  time_point read_deadline_ = time_point::max();
  time_point write_deadline_ = time_point::max();
  std::size_t lingered_bytes_ = 0;
  bool advancing_ = false;
  bool closed_ = false;
};

}  // namespace freshet::http
