#include "io/http/load_generator.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace freshet::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using steady = std::chrono::steady_clock;
using endpoints = asio::ip::tcp::resolver::results_type;

constexpr std::uint64_t answer_bytes_max = 64 << 20;
/// Of one read; most answers come with one.
constexpr std::size_t read_bytes = 64 << 10;
constexpr std::chrono::milliseconds watch_interval{100};
constexpr std::chrono::milliseconds reconnect_pause{50};

struct due_request {
  std::uint64_t number{};
  steady::time_point due;
};

class run;

/// One keep-alive connection; sends the next due request when it is free.
class connection {
 public:
  connection(asio::io_context& context, run& owner) : socket_(context), pause_(context), owner_(owner) {
    buffer_.reserve(read_bytes);
  }
  void open();
  void send(const due_request& what);
  /// Breaks off what takes longer than the timeout.
  void check_deadline(steady::time_point now);
  void close();

 private:
  void read();
  void finish(unsigned status);
  void reopen();
  void expect();

  asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type> socket_;
  asio::steady_timer pause_;
  run& owner_;
  beast::flat_buffer buffer_;
  std::string message_;
  std::optional<beast::http::response_parser<beast::http::string_body>> answer_;
  load_request request_;
  steady::time_point due_;
  /// When what it waits for is too late; nothing = it waits for nothing.
  std::optional<steady::time_point> deadline_;
};

class run {
 public:
  run(const load_plan& plan, endpoints where)
      : plan_(plan), where_(std::move(where)), schedule_(context_), watch_(context_) {}

  load_summary execute();

  const load_plan& plan() const { return plan_; }
  const endpoints& where() const { return where_; }
  void on_free(connection& free);
  void on_done(const load_request& asked, unsigned status, steady::time_point due);

 private:
  bool over() const;
  bool may_start(std::uint64_t number) const;
  steady::time_point due_time(std::uint64_t number) const;
  void schedule_next();
  void watch();
  void finish_if_idle();

  const load_plan& plan_;
  const endpoints where_;
  asio::io_context context_{1};
  asio::steady_timer schedule_;
  asio::steady_timer watch_;
  std::vector<std::unique_ptr<connection>> connections_;
  /// Taken in turn: one that is never used is closed by the server, and the request that finds it so has no answer.
  std::deque<connection*> free_;
  std::deque<due_request> waiting_;
  steady::time_point start_;
  std::uint64_t started_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t in_flight_ = 0;
  bool stopped_ = false;
};

// --- connection

void connection::open() {
  expect();
  asio::async_connect(socket_, owner_.where(), [this](boost::system::error_code failed, const auto&) {
    // Closed at the end of the run, unless its time was up.
    if (failed == asio::error::operation_aborted && deadline_) return;
    deadline_.reset();
    if (failed) return reopen();
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    owner_.on_free(*this);
  });
}

void connection::reopen() {
  close();
  buffer_.clear();
  pause_.expires_after(reconnect_pause);
  pause_.async_wait([this](boost::system::error_code failed) {
    if (!failed) open();
  });
}

void connection::expect() {
  deadline_ = steady::now() + owner_.plan().timeout;
}

void connection::check_deadline(steady::time_point now) {
  if (!deadline_ || now < *deadline_) return;
  deadline_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void connection::close() {
  pause_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void connection::send(const due_request& what) {
  due_ = what.due;
  request_ = owner_.plan().next(what.number);
  message_.clear();
  message_.append(to_string(request_.verb)).append(" ").append(request_.target).append(" HTTP/1.1\r\nHost: ");
  message_.append(owner_.plan().host).append(":").append(owner_.plan().port).append("\r\n");
  message_.append(owner_.plan().header_lines);
  if (!request_.body.empty()) {
    message_.append("Content-Type: application/json\r\nContent-Length: ");
    message_.append(std::to_string(request_.body.size())).append("\r\n");
  }
  message_.append("\r\n").append(request_.body);
  expect();
  asio::async_write(socket_, asio::buffer(message_), [this](boost::system::error_code failed, std::size_t) {
    if (failed) return finish(0);
    read();
  });
}

void connection::read() {
  answer_.emplace();
  answer_->body_limit(answer_bytes_max);
  beast::http::async_read(socket_, buffer_, *answer_, [this](boost::system::error_code failed, std::size_t) {
    finish(failed ? 0 : answer_->get().result_int());
  });
}

void connection::finish(unsigned status) {
  deadline_.reset();
  owner_.on_done(request_, status, due_);
  if (status == 0 || !answer_->keep_alive()) return reopen();
  owner_.on_free(*this);
}

// --- run

load_summary run::execute() {
  start_ = steady::now();
  for (std::size_t i = 0; i < plan_.connections; ++i) {
    connections_.push_back(std::make_unique<connection>(context_, *this));
    connections_.back()->open();
  }
  if (plan_.rate > 0) schedule_next();
  watch();
  context_.run();
  return {.sent = sent_, .elapsed = steady::now() - start_, .unsent = waiting_.size()};
}

bool run::may_start(std::uint64_t number) const {
  if (stopped_ || (plan_.requests_max > 0 && number >= plan_.requests_max)) return false;
  const auto when = plan_.rate > 0 ? due_time(number) : steady::now();
  return plan_.duration_max.count() == 0 || when - start_ < plan_.duration_max;
}

steady::time_point run::due_time(std::uint64_t number) const {
  const std::chrono::duration<double> after(static_cast<double>(number) / plan_.rate);
  return start_ + std::chrono::duration_cast<steady::duration>(after);
}

/// Open loop: hands out all requests that are due and sleeps until the next.
void run::schedule_next() {
  const auto now = steady::now();
  while (may_start(started_) && due_time(started_) <= now) {
    const due_request due{started_, due_time(started_)};
    ++started_;
    if (free_.empty()) {
      waiting_.push_back(due);
      continue;
    }
    connection* carrier = free_.front();
    free_.pop_front();
    ++sent_;
    ++in_flight_;
    carrier->send(due);
  }
  if (!may_start(started_)) return finish_if_idle();
  schedule_.expires_at(due_time(started_));
  schedule_.async_wait([this](boost::system::error_code failed) {
    if (!failed) schedule_next();
  });
}

void run::on_free(connection& free) {
  if (plan_.rate == 0 && may_start(started_)) waiting_.push_back({started_++, steady::now()});
  if (waiting_.empty() || stopped_) {
    free_.push_back(&free);
    return finish_if_idle();
  }
  const auto due = waiting_.front();
  waiting_.pop_front();
  ++sent_;
  ++in_flight_;
  free.send(due);
}

void run::on_done(const load_request& asked, unsigned status, steady::time_point due) {
  --in_flight_;
  const auto now = steady::now();
  plan_.done({.kind = asked.kind, .status = status, .latency = now - due, .at = now - start_});
}

/// Looks for what is late, and whether somebody wants the run to end; what waits behind its end for longer than the
/// timeout stays unsent.
void run::watch() {
  watch_.expires_after(watch_interval);
  watch_.async_wait([this](boost::system::error_code failed) {
    if (failed) return;
    const auto now = steady::now();
    for (auto& each : connections_) each->check_deadline(now);
    const bool late = plan_.duration_max.count() > 0 && now - start_ > plan_.duration_max + plan_.timeout;
    if (late || (plan_.stop && plan_.stop())) stopped_ = true;
    finish_if_idle();
    if (!over()) watch();
  });
}

bool run::over() const {
  return in_flight_ == 0 && !may_start(started_) && (waiting_.empty() || stopped_);
}

void run::finish_if_idle() {
  if (!over()) return;
  schedule_.cancel();
  watch_.cancel();
  for (auto& each : connections_) each->close();
}

}  // namespace

result<load_summary> generate_load(const load_plan& plan) {
  asio::io_context resolving;
  boost::system::error_code failed;
  auto where = asio::ip::tcp::resolver(resolving).resolve(plan.host, plan.port, failed);
  const std::string address = plan.host + ":" + plan.port;
  if (failed) return error{error_code::unavailable, address + " cannot be resolved: " + failed.message()};
  asio::ip::tcp::socket probe(resolving);
  for (const auto& each : where) {
    probe.close();
    probe.connect(each, failed);
    if (!failed) break;
  }
  if (failed) return error{error_code::unavailable, "nobody listens at " + address + "; is the service running?"};
  return run(plan, std::move(where)).execute();
}

}  // namespace freshet::http
