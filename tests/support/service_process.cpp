#include "tests/support/service_process.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;

}  // namespace

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  FRESHET_CHECK(bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0);
  FRESHET_CHECK(getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(probe);
  return ntohs(address.sin_port);
}

service_process::service_process(const std::filesystem::path& directory, std::vector<std::string> more_flags)
    : port_(free_port()) {
  std::vector<std::string> line{FRESHET_BINARY, "serve",
                                "--db",         (directory / "db").string(),
                                "--model-dir",  (directory / "artifacts").string(),
                                "--port",       std::to_string(port_)};
  line.insert(line.end(), more_flags.begin(), more_flags.end());
  process_ = std::make_unique<child_process>(std::move(line), directory, "serve");
  await_ready();
}

void service_process::await_ready() {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (get("/readyz").status != 200) {
    if (!process_->running() || std::chrono::steady_clock::now() > until) {
      ADD_FAILURE() << "the service is not ready:\n" << process_->errors();
      return;
    }
    std::this_thread::sleep_for(10ms);
  }
}

service_process::answer service_process::send(http::method verb, const std::string& target,
                                              const http::field_list& headers, const std::string& body) {
  if (!client_) {
    auto connected = http::client::connect(address(), 30s);
    if (!connected) return {};
    client_ = std::move(*connected);
  }
  auto came = client_->send(verb, target, headers, body);
  if (!came) {
    client_.reset();
    return {};
  }
  answer made{came->status, nullptr, std::move(*came)};
  boost::system::error_code not_json;
  made.body = boost::json::parse(made.raw.body, not_json);
  return made;
}

service_process::answer service_process::get(const std::string& target) {
  return send(http::method::get, target, {}, "");
}

service_process::answer service_process::post(const std::string& target, const std::string& body,
                                              const std::string& content_type) {
  return send(http::method::post, target, {{"Content-Type", content_type}}, body);
}

service_process::answer service_process::put(const std::string& target, const std::string& body) {
  return send(http::method::put, target, {{"Content-Type", "application/json"}}, body);
}

service_process::answer service_process::patch(const std::string& target, const std::string& body) {
  return send(http::method::patch, target, {{"Content-Type", "application/merge-patch+json"}}, body);
}

service_process::answer service_process::remove(const std::string& target) {
  return send(http::method::delete_, target, {}, "");
}

int service_process::stop() {
  client_.reset();
  process_->signal(SIGTERM);
  return process_->wait(30s);
}

void service_process::kill() {
  client_.reset();
  process_->signal(SIGKILL);
  process_->wait(10s);
}

}  // namespace freshet::testing
