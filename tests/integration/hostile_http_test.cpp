// Promise H1 against the real process: hostile HTTP is refused in bounded memory, and nobody else notices. The rules
// one by one are in tests/io/http/request_parser_test.cpp; here is what an attacker sees, and what it costs the
// service.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/raw_connection.hpp"
#include "tests/support/service_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;

/// A request that the one before it must not be able to smuggle in.
const std::string hidden = "POST /reload_model HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

std::string post(const std::string& fields, const std::string& body = "") {
  return "POST /v1/recommend HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + fields + "\r\n" + body;
}
std::string get(const std::string& fields, const std::string& target = "/livez",
                const std::string& version = "HTTP/1.1") {
  return "GET " + target + " " + version + "\r\n" + fields + "\r\n";
}

struct attack {
  const char* name;
  std::string bytes;
  int status;
};

std::vector<attack> smuggling() {
  const std::string zero = "0\r\n\r\n";
  return {
      {"CL and TE", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", zero + hidden), 400},
      {"TE and CL", post("Transfer-Encoding: chunked\r\nContent-Length: 200\r\n", zero + hidden), 400},
      {"two TE", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", zero + hidden), 400},
      {"two TE, one unknown", post("Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", zero + hidden), 400},
      {"a list of codings", post("Transfer-Encoding: gzip, chunked\r\n", zero + hidden), 501},
      {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", zero + hidden), 501},
      {"nearly chunked", post("Transfer-Encoding: xchunked\r\n", zero + hidden), 501},
      {"quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", zero + hidden), 501},
      {"chunked behind a vertical tab",
       post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            zero + hidden),
       400},
      {"a space before the colon", post("Transfer-Encoding : chunked\r\n", zero + hidden), 400},
      {"TE folded", post("Transfer-Encoding:\r\n chunked\r\n", zero + hidden), 400},
      {"TE on HTTP/1.0", "POST /v1/recommend HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + zero + hidden, 400},
      {"two CL", post("Content-Length: 0\r\nContent-Length: 60\r\n", hidden), 400},
      {"the same CL twice", post("Content-Length: 0\r\nContent-Length: 0\r\n", hidden), 400},
      {"a list of CL", post("Content-Length: 0, 60\r\n", hidden), 400},
      {"CL with a sign", post("Content-Length: +0\r\n", hidden), 400},
      {"negative CL", post("Content-Length: -1\r\n", hidden), 400},
      {"hexadecimal CL", post("Content-Length: 0x0\r\n", hidden), 400},
      {"CL beyond 64 bits", post("Content-Length: 18446744073709551616\r\n", hidden), 400},
      {"an enormous CL", post("Content-Length: 18446744073709551615\r\n", hidden), 413},
      {"a bare line feed", "GET /livez HTTP/1.1\nHost: a\n\n" + hidden, 400},
      {"one bare line feed", "GET /livez HTTP/1.1\r\nHost: a\nX: b\r\n\r\n" + hidden, 400},
      {"a bare carriage return", "GET /livez HTTP/1.1\r\nHost: a\rX: b\r\n\r\n" + hidden, 400},
      {"obs-fold", get("Host: a\r\nX: b\r\n c\r\n"), 400},
      {"obs-fold in the first field", "GET /livez HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"two Host", get("Host: a\r\nHost: b\r\n"), 400},
      {"no Host", get(""), 400},
      {"a Host with a path", get("Host: a/b\r\n"), 400},
      {"a Host with a user", get("Host: a@b\r\n"), 400},
      {"a NUL in a value", get("Host: a\r\nX: b" + std::string(1, '\0') + "\r\n"), 400},
      {"a NUL in a name", get("Host: a\r\nX" + std::string(1, '\0') + ": b\r\n"), 400},
      {"an empty name", get("Host: a\r\n: b\r\n"), 400},
      {"a space in a name", get("Host: a\r\nX Y: b\r\n"), 400},
  };
}

std::vector<attack> chunks() {
  const auto chunked = [](const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); };
  return {
      {"no size", chunked("\r\n{}\r\n0\r\n\r\n"), 400},
      {"a size in letters", chunked("xyz\r\n{}\r\n0\r\n\r\n"), 400},
      {"a negative size", chunked("-2\r\n{}\r\n0\r\n\r\n"), 400},
      {"a size with 0x", chunked("0x2\r\n{}\r\n0\r\n\r\n"), 400},
      {"a size beyond 64 bits", chunked("FFFFFFFFFFFFFFFFF\r\n{}\r\n"), 400},
      {"an enormous size", chunked("FFFFFFFFFFFFFFFF\r\n{}\r\n"), 413},
      {"more data than its size", chunked("2\r\n{}{}\r\n0\r\n\r\n"), 400},
      {"a line feed in an extension", chunked("2;a=\"\n\"\r\n{}\r\n0\r\n\r\n"), 400},
      {"a length in the trailers", chunked("2\r\n{}\r\n0\r\nContent-Length: 7\r\n\r\n"), 400},
      {"an endless extension", chunked("2;" + std::string(40'000, 'x')), 431},
      {"endless trailers", chunked("0\r\nX: " + std::string(40'000, 'x')), 431},
      {"many trailers",
       chunked("0\r\n" +
               [] {
                 std::string many;
                 for (int i = 0; i < 5'000; ++i) many += "X: y\r\n";
                 return many;
               }() +
               "\r\n"),
       431},
  };
}

std::vector<attack> sizes() {
  std::string many;
  for (int i = 0; i < 500; ++i) many += "X: y\r\n";
  return {
      {"a long target", get("Host: a\r\n", "/" + std::string(9'000, 'a')), 414},
      {"an endless target", "GET /" + std::string(100'000, 'a'), 414},
      {"a huge field", get("Host: a\r\nX: " + std::string(20'000, 'y') + "\r\n"), 431},
      {"an endless header", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'y'), 431},
      {"many fields", get("Host: a\r\n" + many), 431},
      {"a large body", post("Content-Length: 1048577\r\n"), 413},
  };
}

std::vector<attack> other_protocols() {
  return {
      {"HTTP/2 with prior knowledge", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", get("Host: a\r\n", "/livez", "HTTP/1.2"), 505},
      {"HTTP/0.9", "GET /livez\r\n\r\n", 400},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + std::string(500, 'x'), 400},
      {"SMTP", "EHLO mail.example\r\n\r\n", 400},
      {"binary", std::string("\0\0\0\0\xff\xff\xff\xff", 8), 400},
      {"a target with a space", get("Host: a\r\n", "/li vez"), 400},
      {"a target that is no path", get("Host: a\r\n", "livez"), 400},
      {"a method in lower case that goes on for ever", std::string(100'000, 'g'), 414},
  };
}

class hostile_http : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new temporary_directory;
    std::ofstream(*directory_ / "limits.yaml")
        << "server: {header_deadline_ms: 1500, body_deadline_ms: 1500, connections_max: 300}\n";
    service_ = new service_process(directory_->path(), {"--config", (*directory_ / "limits.yaml").string()});
    // What every connection, thread and pool takes once is there before memory is measured.
    for (int i = 0; i < 200; ++i) service_->get("/livez");
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(service_->stop(), 0) << "the service is still whole";
    delete service_;
    delete directory_;
  }
  void SetUp() override { before_ = resident_bytes(); }
  void TearDown() override {
    EXPECT_EQ(service_->get("/livez").status, 200u);
    EXPECT_LT(resident_bytes(), before_ + (32 << 20)) << "memory grew from " << before_;
  }

  static raw_connection connect() { return raw_connection(service_->port()); }
  static std::size_t resident_bytes() {
    std::ifstream status("/proc/" + std::to_string(service_->process().pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6)) << 10;
    }
    return 0;
  }
  /// One answer with this status, and nothing behind it.
  static void expect_refusals(const std::vector<attack>& attacks) {
    for (const auto& [name, bytes, status] : attacks) {
      SCOPED_TRACE(name);
      auto connection = connect();
      connection.send(bytes);
      const auto answer = connection.read_answer();
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->status, status) << answer->body;
      EXPECT_EQ(answer->header("content-type"), "application/problem+json");
      EXPECT_TRUE(connection.ends());
    }
  }

  static inline temporary_directory* directory_ = nullptr;
  static inline service_process* service_ = nullptr;
  std::size_t before_ = 0;
};

TEST_F(hostile_http, no_form_smuggles_a_second_request) {
  expect_refusals(smuggling());
}

TEST_F(hostile_http, malformed_chunks_are_refused) {
  expect_refusals(chunks());
}

TEST_F(hostile_http, what_is_too_large_is_refused) {
  expect_refusals(sizes());
}

TEST_F(hostile_http, other_protocols_are_refused) {
  expect_refusals(other_protocols());
}

TEST_F(hostile_http, a_body_in_chunks_of_one_byte_is_understood) {
  auto connection = connect();
  const std::string body = R"({"user_id":"trickle","k":3})";
  connection.send(post("Transfer-Encoding: chunked\r\n"));
  for (const char byte : body) connection.send("1;note=x\r\n" + std::string(1, byte) + "\r\n");
  connection.send("0\r\nX-Trailer: is passed by\r\n\r\n" + get("Host: a\r\n"));
  const auto answer = connection.read_answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200) << answer->body;
  EXPECT_NE(answer->body.find("trickle"), std::string::npos);
  EXPECT_EQ(connection.read_answer()->status, 200) << "the trailers were part of the message";
}

TEST_F(hostile_http, slow_headers_and_bodies_end_with_408_while_others_are_served) {
  std::vector<raw_connection> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(connect());
    slow.back().send(i % 2 == 0 ? "GET /livez HTTP/1.1\r\nHost: a\r\nX-" : post("Content-Length: 1000\r\n", "{"));
  }
  const auto until = std::chrono::steady_clock::now() + 2s;
  std::size_t served = 0;
  while (std::chrono::steady_clock::now() < until) {
    for (auto& each : slow) each.send("a");
    auto quick = connect();
    quick.send(get("Host: a\r\n"));
    const auto answer = quick.read_answer();
    served += answer && answer->status == 200 ? 1 : 0;
    std::this_thread::sleep_for(50ms);
  }
  EXPECT_GT(served, 0u);
  for (auto& each : slow) {
    const auto answer = each.read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 408) << answer->body;
  }
}

TEST_F(hostile_http, a_flood_of_pipelined_requests_waits_in_the_socket) {
  auto connection = connect();
  constexpr int requests = 50'000;
  std::thread sender([&connection] {
    std::string many;
    for (int i = 0; i < 100; ++i) many += get("Host: a\r\n");
    for (int i = 0; i < requests / 100 && connection.send(many); ++i) {
    }
  });
  std::this_thread::sleep_for(300ms);
  EXPECT_LT(resident_bytes(), before_ + (16 << 20)) << "nobody reads the answers";
  int answered = 0;
  for (; answered < requests; ++answered) {
    const auto answer = connection.read_answer();
    if (!answer || answer->status != 200) break;
  }
  EXPECT_EQ(answered, requests);
  sender.join();
}

TEST_F(hostile_http, more_connections_than_allowed_are_turned_away) {
  std::vector<raw_connection> held;
  for (int i = 0; i < 600; ++i) held.push_back(connect());
  const auto until = std::chrono::steady_clock::now() + 20s;
  const auto turned_away = [&held] {
    return std::count_if(held.begin(), held.end(), [](const auto& each) { return each.has_input(); });
  };
  while (turned_away() < 300 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
  EXPECT_GE(turned_away(), 300);
  held.clear();
  while (service_->get("/livez").status != 200 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(20ms);
  }
}

TEST_F(hostile_http, connections_that_are_cut_in_the_middle_leave_nothing_behind) {
  for (int i = 0; i < 2'000; ++i) {
    auto connection = connect();
    connection.send(post("Content-Length: 500000\r\n", std::string(static_cast<std::size_t>(i % 7) * 1'000, 'x')));
    if (i % 2 == 0) connection.reset();
  }
}

}  // namespace
}  // namespace freshet::testing
