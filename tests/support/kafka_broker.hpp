// What:  real Kafka brokers for tests, started by tools/kafka (KAFKA_VERSION chooses which).
// How:   `shared_kafka()` is the broker of the whole test run, which ctest starts and wipes as a fixture; by hand the
//        first call starts one for the process. A test that kills its broker makes a `kafka_broker` of its own.
//        Topics get names that were never used, so that tests do not meet.
// Cost:  starting a broker takes about 4 s.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "config/options.hpp"
#include "core/base/check.hpp"

namespace freshet::testing {

class kafka_broker {
 public:
  kafka_broker() : port_(free_port_pair()) { start(); }
  ~kafka_broker() { run("wipe"); }
  kafka_broker(const kafka_broker&) = delete;
  kafka_broker& operator=(const kafka_broker&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void start() { FRESHET_CHECK(run("start") == 0, "tools/kafka start"); }
  void stop() { FRESHET_CHECK(run("stop") == 0, "tools/kafka stop"); }
  /// SIGKILL; what was acknowledged is there after the next start.
  void kill() { FRESHET_CHECK(run("kill") == 0, "tools/kafka kill"); }

  /// Whether nothing listens there at this moment.
  static bool is_free(int port) {
    const int handle = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool bound = bind(handle, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(handle);
    return bound;
  }

 private:
  int run(const std::string& command) const {
    return std::system(("KAFKA_OPTS=-XX:TieredStopAtLevel=1 KAFKA_PORT=" + std::to_string(port_) +
                        " '" FRESHET_SOURCE_DIR "/tools/kafka' " + command + " >/dev/null </dev/null")
                           .c_str());
  }

  /// The broker takes the port, its controller the next. Below the range that the system gives to outgoing
  /// connections: a client that tries to reach a dead broker there would sooner or later connect to itself.
  static int free_port_pair() {
    std::random_device seed;
    for (;;) {
      const int port = 20'000 + static_cast<int>(seed() % 5'000) * 2;
      if (is_free(port) && is_free(port + 1)) return port;
    }
  }

  int port_;
};

inline std::string shared_kafka() {
  if (const char* file = std::getenv("FRESHET_TEST_KAFKA_PORT_FILE")) {
    int port = 0;
    std::ifstream(file) >> port;
    FRESHET_CHECK(port != 0, "ctest's fixture has started no broker");
    return "127.0.0.1:" + std::to_string(port);
  }
  static const kafka_broker broker;
  return broker.address();
}

/// A name that no test has used before.
inline std::string unique_name(const std::string& prefix) {
  std::random_device seed;
  return prefix + "-" + std::to_string(getpid()) + "-" + std::to_string(seed());
}

/// Settings with a topic and a group of their own.
inline kafka_options kafka_settings(const std::string& brokers) {
  return {.brokers = brokers, .topic = unique_name("test"), .group = unique_name("group")};
}

}  // namespace freshet::testing
