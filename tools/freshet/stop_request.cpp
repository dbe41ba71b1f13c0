#include "tools/freshet/stop_request.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>

#include "core/base/check.hpp"

namespace freshet::tools {

void stop_condition::wait(std::chrono::milliseconds time, int other) const {
  std::array<pollfd, 2> watched{
      {{.fd = descriptor(), .events = POLLIN, .revents = 0}, {.fd = other, .events = POLLIN, .revents = 0}}};
  ::poll(watched.data(), watched.size(), static_cast<int>(time.count()));
}

stop_request::stop_request() {
  sigemptyset(&watched_);
  sigaddset(&watched_, SIGINT);
  sigaddset(&watched_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &watched_, &before_);
  // Says only that one is there: it is taken by `is_made`.
  arrived_ = file_descriptor(::signalfd(-1, &watched_, SFD_NONBLOCK | SFD_CLOEXEC));
}

stop_request::~stop_request() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool stop_request::is_made() {
  if (signal_) return true;
  constexpr timespec no_time{};
  const int taken = sigtimedwait(&watched_, nullptr, &no_time);
  if (taken <= 0) return false;
  signal_ = taken;
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  return true;
}

stop_flag::stop_flag() : made_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  FRESHET_CHECK(made_.is_open(), "a process that has just started has descriptors left");
}

void stop_flag::make() {
  ::eventfd_write(made_.number(), 1);
}

bool stop_flag::is_made() {
  pollfd asked{.fd = made_.number(), .events = POLLIN, .revents = 0};
  return ::poll(&asked, 1, 0) > 0;
}

}  // namespace freshet::tools
