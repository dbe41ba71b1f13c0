#include "io/http/acceptor.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace freshet::http {
namespace {

/// Connections taken in one go, so that those that are open are served between.
constexpr int batch_max = 64;
constexpr std::chrono::milliseconds rest_without_descriptors{100};

}  // namespace

acceptor::acceptor(listener source, entrance through, std::shared_ptr<server_state> server,
                   std::vector<std::shared_ptr<io_loop>> loops)
    : source_(std::move(source)),
      through_(through),
      server_(std::move(server)),
      loops_(std::move(loops)),
      readiness_(loops_.front()->context(), source_.socket()),
      rest_(loops_.front()->context()) {
  keep_reserve();
}

// The descriptor belongs to source_, which closes it.
acceptor::~acceptor() {
  if (readiness_.is_open()) readiness_.release();
  if (reserve_ >= 0) ::close(reserve_);
}

void acceptor::keep_reserve() {
  if (reserve_ < 0) reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void acceptor::start() {
  wait();
}

void acceptor::stop() {
  if (std::exchange(stopped_, true)) return;
  rest_.cancel();
  readiness_.release();
  // Clients that wait in the backlog are refused from here on.
  const listener closing = std::move(source_);
}

void acceptor::wait() {
  readiness_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const boost::system::error_code& ec) {
                          if (!ec && !self->stopped_) self->accept_all();
                        });
}

void acceptor::accept_all() {
  keep_reserve();
  for (int i = 0; i < batch_max; ++i) {
    const int socket = ::accept4(source_.socket(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      admit(socket, reserve_ < 0);
      continue;
    }
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if ((errno == EMFILE || errno == ENFILE) && reserve_ >= 0) {
      ::close(std::exchange(reserve_, -1));
      continue;
    }
    rest_.expires_after(rest_without_descriptors);
    rest_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
      if (!ec && !self->stopped_) self->accept_all();
    });
    return;
  }
  wait();
}

void acceptor::admit(int socket, bool turn_away) {
  const bool full = turn_away || server_->connections >= server_->limits.connections_max;
  if (full && server_->turned_away >= turned_away_max) {
    ::close(socket);
    return;
  }
  if (!source_.is_unix()) {
    // Answers are written whole; waiting for more to send would only delay them.
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  const auto& loop = loops_[next_loop_++ % loops_.size()];
  arrival from{.peer = peer_name(socket), .through = through_};
  if (loop == loops_.front()) {
    loop->adopt(socket, std::move(from), full);
  } else {
    loop->post([loop = loop.get(), socket, from = std::move(from), full] { loop->adopt(socket, from, full); });
  }
}

}  // namespace freshet::http
