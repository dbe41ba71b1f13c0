#include "tools/freshet/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>

#include "io/files/file_descriptor.hpp"

namespace freshet::tools {
namespace {

std::string take(const char* variable) {
  const char* value = std::getenv(variable);
  std::string taken = value == nullptr ? "" : value;
  ::unsetenv(variable);
  return taken;
}

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

service_manager service_manager::from_environment() {
  service_manager made;
  made.socket_ = take("NOTIFY_SOCKET");
  const auto period = number_of(take("WATCHDOG_USEC"));
  const auto of_process = number_of(take("WATCHDOG_PID"));
  const bool is_ours = !of_process || *of_process == static_cast<std::uint64_t>(::getpid());
  if (period && *period > 0 && is_ours) made.watchdog_ = std::chrono::microseconds(*period);
  return made;
}

void service_manager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds =
      static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
  tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void service_manager::tell(const std::string& state) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::copy(socket_.begin(), socket_.end(), address.sun_path);
  // A name in the abstract space begins with a zero, which is written as "@".
  if (socket_.front() == '@') address.sun_path[0] = '\0';
  const file_descriptor out(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // Nobody listening is no reason to do anything else than serve.
  (void)::sendto(out.number(), state.data(), state.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&address), size);
}

watchdog_thread::watchdog_thread(const service_manager& manager, question ask) {
  if (!manager.watchdog()) return;
  const auto period = std::chrono::duration_cast<std::chrono::milliseconds>(*manager.watchdog() / 2);
  thread_ = std::thread([this, &manager, ask = std::move(ask), period] {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, period, [this] { return ending_; })) {
      lock.unlock();
      if (const auto status = ask(period)) manager.alive(*status);
      lock.lock();
    }
  });
}

watchdog_thread::~watchdog_thread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace freshet::tools
