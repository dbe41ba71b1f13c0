#include "io/http/server.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "io/http/acceptor.hpp"
#include "io/http/io_loop.hpp"
#include "io/http/listener.hpp"
#include "io/http/server_state.hpp"

namespace freshet::http {
namespace {

class running_server final : public server {
 public:
  using door = std::pair<listener, entrance>;

  running_server(std::vector<door> doors, const server_options& limits, std::size_t io_threads,
                 server_callbacks callbacks)
      : state_(std::make_shared<server_state>(limits, std::move(callbacks))), port_(doors.front().first.port()) {
    for (std::size_t i = 0; i < std::max<std::size_t>(io_threads, 1); ++i) {
      loops_.push_back(std::make_shared<io_loop>(state_));
    }
    for (auto& [source, through] : doors) {
      acceptors_.push_back(std::make_shared<acceptor>(std::move(source), through, state_, loops_));
    }
    for (const auto& each : acceptors_) each->start();
    for (const auto& loop : loops_) loop->start();
  }

  ~running_server() override {
    stop_accepting();
    // The loop that accepts ends first, so that no other is handed a connection after its end.
    for (const auto& loop : loops_) loop->shut();
    acceptors_.clear();
    // Exchanges may outlive the server; what its callbacks hold must not.
    state_->callbacks = {};
  }

  std::uint16_t port() const override { return port_; }
  std::size_t connections() const override { return state_->connections; }

  void stop_accepting() override {
    if (state_->draining.exchange(true)) return;
    loops_.front()->post([acceptors = acceptors_] {
      for (const auto& each : acceptors) each->stop();
    });
    for (const auto& loop : loops_) {
      loop->post([each = loop.get()] { each->stop_idle_sessions(); });
    }
  }

  bool drain(std::chrono::milliseconds deadline) override {
    stop_accepting();
    const auto end = std::chrono::steady_clock::now() + deadline;
    while ((state_->in_flight > 0 || state_->connections > 0) && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    const bool all_answered = state_->in_flight == 0;
    for (const auto& loop : loops_) {
      loop->post([each = loop.get()] { each->close_all_sessions(); });
    }
    return all_answered;
  }

 private:
  const std::shared_ptr<server_state> state_;
  std::vector<std::shared_ptr<io_loop>> loops_;
  std::vector<std::shared_ptr<acceptor>> acceptors_;
  const std::uint16_t port_;
};

}  // namespace

result<std::unique_ptr<server>> server::start(const listen_address& address, const server_options& limits,
                                              std::size_t io_threads, server_callbacks callbacks) {
  FRESHET_CHECK(callbacks.on_request != nullptr, "a server needs somebody to answer");
  FRESHET_CHECK(address.tcp || !address.unix_socket.empty(), "a server listens somewhere");
  std::vector<running_server::door> doors;
  if (address.tcp) {
    FRESHET_ASSIGN(auto sources, listen_tcp(address.host, address.port));
    for (auto& source : sources) doors.emplace_back(std::move(source), entrance::main);
  }
  if (address.tcp && address.admin_port != 0) {
    FRESHET_ASSIGN(auto control, listen_tcp(address.host, address.admin_port));
    for (auto& source : control) doors.emplace_back(std::move(source), entrance::admin);
  }
  if (!address.unix_socket.empty()) {
    FRESHET_ASSIGN(auto local, listen_unix(address.unix_socket));
    doors.emplace_back(std::move(local), entrance::owner);
  }
  return std::unique_ptr<server>(
      std::make_unique<running_server>(std::move(doors), limits, io_threads, std::move(callbacks)));
}

}  // namespace freshet::http
