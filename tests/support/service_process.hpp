// What: `freshet serve` in a process of its own, on a free port, with a client to talk to it.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/http/client.hpp"
#include "tests/support/child_process.hpp"

namespace freshet::testing {

class service_process {
 public:
  /// Database and artifacts lie in `directory`; waits until /readyz says yes.
  explicit service_process(const std::filesystem::path& directory, std::vector<std::string> more_flags = {});

  std::uint16_t port() const { return port_; }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(port_); }
  child_process& process() { return *process_; }

  struct answer {
    unsigned status{};
    boost::json::value body;
    http::response raw;
  };
  /// Status 0 when the service could not be reached.
  answer get(const std::string& target);
  answer put(const std::string& target, const std::string& body);
  answer patch(const std::string& target, const std::string& body);
  answer remove(const std::string& target);
  answer post(const std::string& target, const std::string& body, const std::string& content_type = "application/json");
  answer send(http::method verb, const std::string& target, const http::field_list& headers = {},
              const std::string& body = {});

  /// SIGTERM; the exit code.
  int stop();
  /// SIGKILL.
  void kill();

 private:
  void await_ready();

  std::uint16_t port_;
  std::unique_ptr<child_process> process_;
  std::unique_ptr<http::client> client_;
};

/// A port that nothing listens on at this moment.
std::uint16_t free_port();

}  // namespace freshet::testing
