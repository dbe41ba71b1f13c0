#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

stop_request::stop_request() {
  sigemptyset(&watched_);
  sigaddset(&watched_, SIGINT);
  sigaddset(&watched_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &watched_, &before_);
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

}  // namespace freshet::tools
