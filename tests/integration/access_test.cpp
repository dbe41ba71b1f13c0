// Who may ask what, through the real program: keys, the owner's socket, the admin port, rate limits, origins, SIGHUP.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <thread>

#include "tests/support/raw_connection.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/small_shop.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;
using http::method;

const std::string reader = "reader-key-0123456789", writer = "writer-key-0123456789", boss = "boss-key-0123456789ab";

class access : public ::testing::Test {
 protected:
  void configure(const std::string& yaml) { std::ofstream(directory_ / "access.yaml") << yaml; }
  std::string config() const { return (directory_ / "access.yaml").string(); }
  service_process& start(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--config", config()});
    service_ = std::make_unique<service_process>(directory_.path(), std::move(more));
    return *service_;
  }
  static std::string keys() {
    return "security:\n  api_keys:\n    - {name: reader, key: " + reader +
           ", scopes: [read]}\n    - {name: writer, key: " + writer +
           ", scopes: [read, ingest]}\n    - {name: boss, key: " + boss + ", scopes: [admin]}\n";
  }
  http::response ask(const std::string& address, method verb, const std::string& target, http::field_list fields = {},
                     const std::string& body = "") {
    auto connected = http::client::connect(address, 30s);
    if (!connected) return {.status = 0};
    auto came = (*connected)->send(verb, target, fields, body);
    return came ? *came : http::response{.status = 0};
  }
  unsigned status(method verb, const std::string& target, const std::string& key = "") {
    const http::field_list fields =
        key.empty() ? http::field_list{} : http::field_list{{"Authorization", "Bearer " + key}};
    return ask(service_->address(), verb, target, fields).status;
  }
  static std::string field(const http::response& out, std::string_view name) {
    for (const auto& [key, value] : out.headers) {
      if (key == name) return value;
    }
    return "";
  }

  temporary_directory directory_;
  std::unique_ptr<service_process> service_;
};

TEST_F(access, needs_a_key_of_the_routes_scope) {
  configure(keys());
  start();
  EXPECT_EQ(status(method::get, "/livez"), 200u);
  EXPECT_EQ(status(method::get, "/openapi.json"), 200u);
  EXPECT_EQ(status(method::get, "/docs"), 200u);
  EXPECT_EQ(status(method::get, "/metrics"), 401u);
  EXPECT_EQ(status(method::get, "/metrics", "a-key-nobody-knows"), 401u);
  EXPECT_EQ(status(method::get, "/metrics", boss), 403u);
  EXPECT_EQ(status(method::get, "/metrics", reader), 200u);
  EXPECT_EQ(status(method::post, "/reload_model", reader), 403u);
  EXPECT_EQ(status(method::post, "/reload_model", boss), 200u);
  EXPECT_EQ(ask(service_->address(), method::get, "/metrics", {{"X-API-Key", reader}}).status, 200u);
}

TEST_F(access, is_denied_before_the_body_is_read) {
  configure(keys());
  start();
  raw_connection connection(service_->port());
  connection.send("POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  const auto answer = connection.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->header("www-authenticate"), "Bearer");
  EXPECT_TRUE(connection.ends());
}

TEST_F(access, through_the_owners_socket_needs_no_key) {
  configure(keys());
  start();
  const auto socket = "unix:" + (directory_ / "db" / "owner.sock").string();
  EXPECT_EQ(ask(socket, method::get, "/metrics").status, 200u);
  EXPECT_EQ(ask(socket, method::post, "/reload_model").status, 200u);
  std::ofstream(directory_ / "events.ndjson") << R"({"user_id":"ada","item_id":"1","ts":1700000000})"
                                              << "\n";
  const auto done = run_freshet({"ingest", "--events", "events.ndjson", "--db", "db"}, directory_.path());
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_NE(ask(service_->address(), method::get, "/v1/users/ada/events", {{"X-API-Key", reader}}).body.find("\"1\""),
            std::string::npos);
}

TEST_F(access, keys_stand_in_no_log) {
  configure(keys());
  start({"--log-level", "DEBUG"});
  status(method::get, "/metrics", reader);
  status(method::get, "/metrics", "a-mistyped-key-0123");
  service_->stop();
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory_.path())) {
    if (!file.is_regular_file() || file.path().filename() == "access.yaml") continue;
    std::stringstream text;
    text << std::ifstream(file.path(), std::ios::binary).rdbuf();
    EXPECT_EQ(text.str().find(reader), std::string::npos) << file.path();
    EXPECT_EQ(text.str().find("a-mistyped-key"), std::string::npos) << file.path();
  }
}

TEST_F(access, from_other_machines_without_keys_is_refused_at_the_start) {
  const auto refused = run_freshet({"serve", "--host", "0.0.0.0", "--port", std::to_string(free_port()), "--db", "db"},
                                   directory_.path());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.errors.find("security.api_keys"), std::string::npos) << refused.errors;
  configure(keys());
  start({"--host", "0.0.0.0"});
  EXPECT_EQ(status(method::get, "/metrics"), 401u);
}

TEST_F(access, control_routes_move_to_the_admin_port) {
  const auto port = free_port();
  configure("server: {admin_port: " + std::to_string(port) + "}\n");
  start();
  const auto control = "http://127.0.0.1:" + std::to_string(port);
  EXPECT_EQ(status(method::post, "/reload_model"), 404u);
  EXPECT_EQ(ask(control, method::post, "/reload_model").status, 200u);
  EXPECT_EQ(ask(control, method::get, "/livez").status, 200u);
}

TEST_F(access, is_limited_and_told_so) {
  configure("rate_limit: {requests_per_second: 0.01, burst: 2}\n");
  start();
  const auto first = ask(service_->address(), method::get, "/metrics");
  EXPECT_EQ(first.status, 200u);
  EXPECT_EQ(field(first, "RateLimit-Policy"), "\"requests\";q=2;w=200");
  EXPECT_EQ(field(first, "RateLimit"), "\"requests\";r=1;t=100");
  EXPECT_EQ(status(method::get, "/metrics"), 200u);
  const auto refused = ask(service_->address(), method::get, "/metrics");
  EXPECT_EQ(refused.status, 429u);
  EXPECT_GT(std::stoi(field(refused, "Retry-After")), 90);
  EXPECT_EQ(refused.content_type, "application/problem+json");
  EXPECT_EQ(status(method::get, "/livez"), 200u);
}

TEST_F(access, of_pages_is_for_the_configured_origins) {
  configure("cors: {allowed_origins: ['https://shop.example']}\n");
  start();
  const auto allowed = ask(service_->address(), method::get, "/metrics", {{"Origin", "https://shop.example"}});
  EXPECT_EQ(field(allowed, "Access-Control-Allow-Origin"), "https://shop.example");
  const auto foreign = ask(service_->address(), method::get, "/metrics", {{"Origin", "https://evil.example"}});
  EXPECT_EQ(field(foreign, "Access-Control-Allow-Origin"), "");
  const auto preflight = ask(service_->address(), method::options, "/v1/events",
                             {{"Origin", "https://shop.example"}, {"Access-Control-Request-Method", "POST"}});
  EXPECT_EQ(preflight.status, 204u);
  EXPECT_EQ(field(preflight, "Access-Control-Allow-Methods"), "GET, HEAD, POST, OPTIONS");
}

TEST_F(access, changes_with_a_hangup) {
  configure(keys());
  start();
  EXPECT_EQ(status(method::get, "/metrics", reader), 200u);
  configure("security: {api_keys: [{name: other, key: " + writer +
            ", scopes: [read]}]}\n"
            "rate_limit: {requests_per_second: 1000}\ncors: {allowed_origins: ['*']}\n");
  service_->process().signal(SIGHUP);
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (status(method::get, "/metrics", reader) != 401 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(status(method::get, "/metrics", reader), 401u);
  const auto now = ask(service_->address(), method::get, "/metrics",
                       {{"Authorization", "Bearer " + writer}, {"Origin", "https://shop.example"}});
  EXPECT_EQ(now.status, 200u);
  EXPECT_EQ(field(now, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(field(now, "RateLimit-Policy"), "\"requests\";q=1000;w=1");
}

TEST_F(access, of_loadtest_is_by_flag_or_environment) {
  configure(keys());
  start();
  const std::vector<std::string> line{"loadtest",  "--port", std::to_string(service_->port()), "--total", "5",
                                      "--surface", "v1"};
  EXPECT_EQ(run_freshet(line, directory_.path()).exit_code, 1);
  auto with_key = line;
  with_key.insert(with_key.end(), {"--api-key", reader});
  EXPECT_EQ(run_freshet(with_key, directory_.path()).exit_code, 0);
  ::setenv("FRESHET_API_KEY", reader.c_str(), 1);
  EXPECT_EQ(run_freshet(line, directory_.path()).exit_code, 0);
  ::unsetenv("FRESHET_API_KEY");
}

}  // namespace
}  // namespace freshet::testing
