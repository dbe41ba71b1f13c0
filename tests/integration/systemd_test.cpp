// What the program tells systemd, through a socket as systemd would give it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "io/files/file_descriptor.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/stopped_threads.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;
using testing::service_process;

class systemd : public ::testing::Test {
 protected:
  systemd() {
    const auto path = (directory_ / "notify").string();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval patience{30, 0};
    setsockopt(socket_.number(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setenv("NOTIFY_SOCKET", path.c_str(), 1);
    setenv("WATCHDOG_USEC", "400000", 1);
  }
  ~systemd() override {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
  }
  /// The next datagram that begins so; "" when none comes.
  std::string next(const std::string& front) {
    char text[4096];
    for (;;) {
      const auto got = recv(socket_.number(), text, sizeof text, 0);
      if (got <= 0) return "";
      std::string told(text, static_cast<std::size_t>(got));
      if (told.starts_with(front)) return told;
    }
  }

  /// Datagrams of any kind: what lies there already is no news.
  int told_within(std::chrono::milliseconds time) {
    char text[4096];
    while (recv(socket_.number(), text, sizeof text, MSG_DONTWAIT) > 0) {
    }
    std::this_thread::sleep_for(time);
    int count = 0;
    while (recv(socket_.number(), text, sizeof text, MSG_DONTWAIT) > 0) ++count;
    return count;
  }

  testing::temporary_directory directory_;
  file_descriptor socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_F(systemd, is_told_when_the_service_is_ready_alive_reloading_and_stopping) {
  service_process service(directory_.path());
  EXPECT_THAT(next("READY=1"), HasSubstr("STATUS=serves 127.0.0.1:" + std::to_string(service.port())));
  EXPECT_THAT(next("WATCHDOG=1"), HasSubstr("0 restarts"));
  EXPECT_NE(next("WATCHDOG=1"), "") << "again and again";
  service.process().signal(SIGHUP);
  EXPECT_THAT(next("RELOADING=1"), HasSubstr("MONOTONIC_USEC="));
  EXPECT_NE(next("READY=1"), "");
  service.process().signal(SIGTERM);
  EXPECT_THAT(next("STOPPING=1"), HasSubstr("SIGTERM"));
  EXPECT_EQ(service.process().wait(std::chrono::seconds(30)), 0);
}

TEST_F(systemd, is_told_nothing_by_a_service_whose_supervisor_hangs) {
  service_process service(directory_.path());
  EXPECT_NE(next("WATCHDOG=1"), "");
  {
    const testing::stopped_threads hanging(service.process().pid(), testing::pool_threads);
    // One may have been on its way.
    EXPECT_LE(told_within(std::chrono::seconds(1)), 1) << "at other times it is five";
    EXPECT_TRUE(service.process().running());
  }
  EXPECT_NE(next("WATCHDOG=1"), "") << "the supervisor answers again";
  service.process().signal(SIGTERM);
  EXPECT_THAT(next("STOPPING=1"), HasSubstr("SIGTERM"));
  EXPECT_EQ(service.process().wait(std::chrono::seconds(30)), 0);
}

}  // namespace
}  // namespace freshet
