#include "io/http/io_loop.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <ctime>
#include <random>
#include <utility>

#include "io/http/response_head.hpp"
#include "io/http/session.hpp"

namespace freshet::http {
namespace {

namespace asio = boost::asio;

/// Often enough that the shortest deadline is met within a quarter of it.
std::chrono::milliseconds tick_of(const server_options& limits) {
  const auto shortest =
      std::min({limits.header_deadline, limits.body_deadline, limits.write_deadline, limits.idle_deadline});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(100));
}

std::uint64_t seed_of_ids() {
  std::random_device entropy;
  return (std::uint64_t{entropy()} << 32) ^ entropy();
}

/// An answer given while another is being handed over may start the next request, whose answer may come at once: deep
/// chains take the letterbox instead of the stack.
constexpr int nesting_max = 4;

}  // namespace

io_loop::io_loop(std::shared_ptr<server_state> server)
    : server_(std::move(server)),
      work_(asio::make_work_guard(context_)),
      ticker_(context_),
      tick_(tick_of(server_->limits)),
      ids_(seed_of_ids()) {}

io_loop::~io_loop() = default;

void io_loop::start() {
  thread_ = std::thread([this] { context_.run(); });
}

void io_loop::shut() {
  {
    const std::lock_guard lock(letterbox_mutex_);
    letterbox_closed_ = true;
  }
  post([this] {
    close_all_sessions();
    ticker_.cancel();
    work_.reset();
  });
  if (thread_.joinable()) thread_.join();
  letterbox_.clear();
}

void io_loop::post(std::function<void()> task) {
  asio::post(context_, std::move(task));
}

void io_loop::deliver(const std::shared_ptr<pending_call>& call, response out) {
  if (context_.get_executor().running_in_this_thread() && nesting_ < nesting_max) {
    complete(call, std::move(out));
    return;
  }
  const std::lock_guard lock(letterbox_mutex_);
  if (letterbox_closed_) return;
  letterbox_.push_back({call, std::move(out)});
  if (letterbox_.size() == 1) asio::post(context_, [this] { open_letterbox(); });
}

void io_loop::open_letterbox() {
  {
    const std::lock_guard lock(letterbox_mutex_);
    opened_.swap(letterbox_);
  }
  for (auto& [call, out] : opened_) complete(call, std::move(out));
  opened_.clear();
}

void io_loop::complete(const std::shared_ptr<pending_call>& call, response out) {
  ++nesting_;
  if (const auto waiting = call->origin.lock()) {
    waiting->complete(*call, std::move(out));
  } else {
    // Nobody is left to read it; it counts as done all the same.
    call->out = std::move(out);
    finish_call(*call, std::chrono::steady_clock::now());
  }
  --nesting_;
}

void io_loop::expect_requests() {
  if (!server_->callbacks.after_requests || std::exchange(requests_expected_, true)) return;
  // Runs behind the sockets that are ready now.
  asio::post(context_, [this] {
    requests_expected_ = false;
    server_->callbacks.after_requests();
  });
}

void io_loop::adopt(int socket, arrival from, bool turn_away) {
  const auto added = std::make_shared<session>(*this, server_, std::move(from), turn_away);
  added->set_position(sessions_.size());
  sessions_.push_back(added);
  if (!ticking_) schedule_tick();
  added->start(socket);
}

void io_loop::forget(const session& gone) {
  const std::size_t position = gone.position();
  sessions_.back()->set_position(position);
  std::swap(sessions_[position], sessions_.back());
  sessions_.pop_back();
}

void io_loop::schedule_tick() {
  ticking_ = true;
  ticker_.expires_after(tick_);
  ticker_.async_wait([this](const boost::system::error_code& ec) {
    ticking_ = false;
    if (ec) return;
    const auto now = std::chrono::steady_clock::now();
    // A session that closes itself is replaced by the last one, which was looked at already.
    for (std::size_t i = sessions_.size(); i-- > 0;) {
      if (i >= sessions_.size()) continue;
      const auto current = sessions_[i];
      current->check_deadlines(now);
    }
    if (!sessions_.empty()) schedule_tick();
  });
}

void io_loop::stop_idle_sessions() {
  const auto now = std::chrono::steady_clock::now();
  for (const auto& current : sessions_) current->stop_when_idle(now);
}

void io_loop::close_all_sessions() {
  while (!sessions_.empty()) {
    const auto last = sessions_.back();
    last->close();
  }
}

std::string_view io_loop::date_line() {
  // The coarse clock costs a few nanoseconds.
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_second_) {
    date_second_ = now.tv_sec;
    date_line_ = http::date_line(date_second_);
  }
  return date_line_;
}

}  // namespace freshet::http
