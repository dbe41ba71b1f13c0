#include "io/http/session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cstring>

#include "io/http/io_loop.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t buffer_bytes_min = 4096;
/// After the last answer no more than this is read from a client that does not stop sending.
constexpr std::size_t lingered_bytes_max = 4 << 20;

/// Room for the largest header, so that one that is larger is seen to be.
std::size_t buffer_bytes_max(const server_options& limits) {
  return limits.header_bytes_max + 1024;
}

}  // namespace

session::session(io_loop& loop, std::shared_ptr<server_state> server, arrival from, bool turn_away)
    : loop_(loop),
      server_(std::move(server)),
      socket_(loop.context()),
      from_(std::move(from)),
      turn_away_(turn_away),
      buffer_(std::min(buffer_bytes_min, buffer_bytes_max(server_->limits))),
      parser_({.header_bytes_max = server_->limits.header_bytes_max,
               .target_bytes_max = server_->limits.target_bytes_max}) {
  ++(turn_away_ ? server_->turned_away : server_->connections);
}

session::~session() = default;

void session::start(int socket) {
  // The protocol is only a label here: reading and writing are the same for TCP and Unix sockets.
  boost::system::error_code ec;
  socket_.assign(asio::generic::stream_protocol(AF_UNSPEC, 0), socket, ec);
  if (ec) {
    ::close(socket);
    return close();
  }
  socket_.non_blocking(true, ec);
  now_ = std::chrono::steady_clock::now();
  if (turn_away_) {
    refuse(503, "All connections that there may be are taken; try again soon");
  } else {
    enter(phase::first_byte);
    if (server_->draining) stop_when_idle(now_);
  }
  advance();
}

/// Does everything that can be done without waiting: parses what is there, writes what is answered, reads on.
void session::advance() {
  if (advancing_ || closed_ || phase_ == phase::lingering) return;
  advancing_ = true;
  bool again = true;
  while (again && !closed_ && phase_ != phase::lingering) {
    const bool parsed = parse();
    const bool written = write();
    again = parsed || written;
  }
  advancing_ = false;
  if (closed_ || phase_ == phase::lingering) return;
  if (input_closed_ && calls_.empty()) return close();
  update_phase();
  read();
}

void session::read() {
  if (reading_ || input_closed_ || closed_) return;
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == buffer_.size()) {
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    } else if (buffer_.size() < buffer_bytes_max(server_->limits)) {
      buffer_.resize(std::min(2 * buffer_.size(), buffer_bytes_max(server_->limits)));
    } else {
      return;  // full of requests that wait for the answers before them
    }
  }
  reading_ = true;
  socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](const boost::system::error_code& ec, std::size_t bytes) {
                            self->on_read(ec, bytes);
                          });
}

void session::on_read(const boost::system::error_code& ec, std::size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (ec && ec != asio::error::eof) return close();
  if (phase_ == phase::lingering) {
    lingered_bytes_ += bytes;
    if (ec || lingered_bytes_ > lingered_bytes_max) return close();
    return read();
  }
  if (ec) {
    // The client may have closed its half only, and still read its answers.
    input_closed_ = true;
  } else {
    end_ += bytes;
    now_ = std::chrono::steady_clock::now();
  }
  advance();
}

bool session::takes_requests() const {
  return !finishing_ && calls_.size() < pipeline_depth_max && body_bytes_in_work_ <= server_->limits.body_bytes_max;
}

/// True when a request was handed over or refused.
bool session::parse() {
  bool taken = false;
  while (takes_requests()) {
    const auto before = parser_.at();
    const std::size_t used = parser_.consume({buffer_.data() + begin_, end_ - begin_});
    begin_ += used;
    if (before == request_parser::stage::header &&
        (parser_.at() == request_parser::stage::body || parser_.at() == request_parser::stage::complete)) {
      on_header();
    }
    if (finishing_) return true;  // refused by its header
    claim_body_bytes();
    if (parser_.at() == request_parser::stage::refused) {
      refuse(parser_.why().status, parser_.why().sentence);
      return true;
    }
    if (parser_.at() == request_parser::stage::complete) {
      hand_over();
      taken = true;
    } else if (used == 0 && parser_.at() == before) {
      break;
    }
  }
  // All there is was taken: the buffer begins anew, so that it rarely has to be moved.
  if (begin_ == end_) begin_ = end_ = 0;
  return taken;
}

/// What the connection knows of a request.
void session::identify(request& in) {
  in.arrived = now_;
  in.peer = from_.peer;
  in.through = from_.through;
  correlate(in, loop_.ids());
}

void session::on_header() {
  request& in = parser_.message();
  identify(in);
  const auto& callbacks = server_->callbacks;
  if (callbacks.on_header) decided_ = callbacks.on_header(in);
  if (parser_.at() != request_parser::stage::body) return;
  if (decided_.answer) {
    // The body that follows is not worth reading, and without reading it the next request cannot be found.
    request refused = std::move(in);
    const auto call = enqueue(std::move(refused));
    call->out = *std::exchange(decided_.answer, std::nullopt);
    call->answered = call->close = finishing_ = true;
    return;
  }
  const auto& limits = server_->limits;
  const bool bulk = callbacks.accepts_bulk && callbacks.accepts_bulk(in.verb, in.path);
  parser_.limit_body(bulk ? limits.bulk_body_bytes_max : limits.body_bytes_max);
  continue_wanted_ = parser_.at() == request_parser::stage::body && parser_.expects_continue();
}

/// Books what has arrived of the body, before more is read.
void session::claim_body_bytes() {
  const std::size_t more = parser_.message().body.size() - body_bytes_claimed_;
  if (more == 0) return;
  if (server_->bodies.try_take(more)) {
    body_bytes_claimed_ += more;
  } else {
    parser_.refuse({503, "The bodies of other requests take all memory set aside for them; try again soon"});
  }
}

std::shared_ptr<pending_call> session::enqueue(request in) {
  auto call = std::make_shared<pending_call>(server_, loop_.shared_from_this(), weak_from_this());
  call->in = std::move(in);
  call->fields = std::exchange(decided_.fields, {});
  call->body_bytes_claimed = std::exchange(body_bytes_claimed_, 0);
  body_bytes_in_work_ += call->in.body.size();
  if (const auto accepted = call->in.header("accept-encoding")) call->takes_gzip = accepts_gzip(*accepted);
  continue_wanted_ = false;
  ++server_->in_flight;
  calls_.push_back(call);
  return call;
}

void session::hand_over() {
  const bool keep_alive = parser_.keep_alive(), http_1_1 = parser_.http_1_1();
  const auto call = enqueue(parser_.take());
  call->close = finishing_ = !keep_alive;
  call->tell_keep_alive = keep_alive && !http_1_1;
  enter(phase::paused);  // the next phase begins with a deadline of its own
  if (decided_.answer) {
    call->out = *std::exchange(decided_.answer, std::nullopt);
    call->answered = true;
    return;
  }
  loop_.expect_requests();
  try {
    server_->callbacks.on_request(make_exchange(call));
  } catch (...) {
    // The exchange died on the way out, and with that the request was answered 500.
  }
}

/// Answers what cannot be taken, behind the answers before it, and ends the connection.
void session::refuse(unsigned status, std::string_view sentence) {
  request in = std::move(parser_.message());
  if (in.request_id.empty()) identify(in);
  const auto call = enqueue(std::move(in));
  call->out = problem(status, sentence, call->in);
  call->answered = call->close = finishing_ = true;
}

void session::enter(phase next) {
  phase_ = next;
  const auto& limits = server_->limits;
  switch (next) {
    case phase::first_byte:
    case phase::header:
      read_deadline_ = now_ + limits.header_deadline;
      break;
    case phase::body:
      read_deadline_ = now_ + limits.body_deadline;
      break;
    case phase::idle:
      read_deadline_ = now_ + (server_->draining ? drain_grace : limits.idle_deadline);
      break;
    case phase::paused:
      read_deadline_ = time_point::max();
      break;
    case phase::lingering:
      read_deadline_ = std::chrono::steady_clock::now() + (server_->draining ? drain_grace : linger_deadline);
      break;
  }
}

void session::update_phase() {
  phase next = phase_;
  if (!takes_requests()) {
    next = phase::paused;
  } else if (parser_.at() == request_parser::stage::body) {
    next = phase::body;
  } else if (begin_ < end_) {
    next = phase::header;
  } else if (!calls_.empty()) {
    next = phase::paused;
  } else if (phase_ != phase::first_byte) {
    next = phase::idle;
  }
  if (next != phase_) enter(next);
}

void session::check_deadlines(time_point now) {
  if (closed_) return;
  now_ = now;
  if (now >= write_deadline_) return close();
  if (now < read_deadline_) return;
  if (phase_ == phase::header || phase_ == phase::body) {
    const auto limit = phase_ == phase::header ? server_->limits.header_deadline : server_->limits.body_deadline;
    const std::string part = phase_ == phase::header ? "header" : "body";
    refuse(408, "The " + part + " did not arrive within " + std::to_string(limit.count()) + " ms");
    advance();
  } else if (phase_ != phase::paused) {
    close();
  }
}

void session::stop_when_idle(time_point now) {
  if (phase_ != phase::first_byte && phase_ != phase::idle) return;
  read_deadline_ = std::min(read_deadline_, now + drain_grace);
}

void session::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  // Counted as gone only now, when the client can see it too.
  --(turn_away_ ? server_->turned_away : server_->connections);
  if (body_bytes_claimed_ > 0) server_->bodies.give_back(std::exchange(body_bytes_claimed_, 0));
  // What is answered but not written is done; what is not answered yet will be when its answer comes.
  const auto calls = std::exchange(calls_, {});
  for (const auto& call : calls) {
    if (call->answered) finish_call(*call, std::chrono::steady_clock::now());
  }
  loop_.forget(*this);
}

}  // namespace freshet::http
