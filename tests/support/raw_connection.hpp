// What: one end of a TCP or Unix connection, byte for byte, for requests that no HTTP client would send.
// Why:  independent of the code under test: plain sockets and a reader of answers of a few lines.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/check.hpp"

namespace freshet::testing {

struct raw_answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

class raw_connection {
 public:
  explicit raw_connection(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    open(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  explicit raw_connection(const std::filesystem::path& unix_socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, unix_socket.c_str(), sizeof address.sun_path - 1);
    open(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ~raw_connection() { close(); }
  raw_connection(raw_connection&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), input_(std::move(other.input_)) {}
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;

  bool connected() const { return connected_; }

  /// False when the other end is gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  /// Closes with a reset instead of an orderly end.
  void reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }
  /// Makes the kernel keep little for a reader that does not read.
  void shrink_receive_buffer() {
    const int bytes = 4096;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  }

  /// Whether something waits to be read, or the other end has closed.
  bool has_input() const {
    char byte = 0;
    return ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
  }

  /// The next answer; nothing when the connection ended or no complete answer came in time. The answer to HEAD has no
  /// body.
  std::optional<raw_answer> read_answer(bool to_head = false) {
    while (input_.find("\r\n\r\n") == std::string::npos) {
      if (!read_more()) return std::nullopt;
    }
    const auto header_end = input_.find("\r\n\r\n") + 4;
    raw_answer out = parse_header(input_.substr(0, header_end));
    input_.erase(0, header_end);
    const std::size_t length =
        to_head || out.status < 200 || out.status == 204 || out.status == 304 || out.header("content-length").empty()
            ? 0
            : std::stoul(out.header("content-length"));
    while (input_.size() < length) {
      if (!read_more()) return std::nullopt;
    }
    out.body = input_.substr(0, length);
    input_.erase(0, length);
    return out;
  }
  /// Everything until the other end closes, or nothing when it does not.
  std::optional<std::string> read_to_end() {
    while (read_more()) {
    }
    if (timed_out_) return std::nullopt;
    return std::exchange(input_, {});
  }
  /// Whether the other end closes without another byte.
  bool ends() { return read_to_end() == ""; }

 private:
  void open(int family, const sockaddr* address, socklen_t size) {
    socket_ = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    FRESHET_CHECK(socket_ >= 0);
    // Long enough for a loaded machine: a test that waits this long has failed.
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    connected_ = ::connect(socket_, address, size) == 0;
  }

  bool read_more() {
    char bytes[16384];
    const auto received = ::recv(socket_, bytes, sizeof bytes, 0);
    if (received <= 0) {
      timed_out_ = received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
      return false;
    }
    input_.append(bytes, static_cast<std::size_t>(received));
    return true;
  }

  static raw_answer parse_header(std::string_view header) {
    raw_answer out;
    FRESHET_CHECK(header.starts_with("HTTP/1.1 ") && header.size() > 12, "an answer starts with its status line");
    out.status = std::stoi(std::string(header.substr(9, 3)));
    header.remove_prefix(header.find("\r\n") + 2);
    while (header != "\r\n") {
      const std::string_view line = header.substr(0, header.find("\r\n"));
      const auto colon = line.find(": ");
      FRESHET_CHECK(colon != std::string_view::npos, "a header field of an answer has a name");
      std::string name(line.substr(0, colon));
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
      FRESHET_CHECK(out.headers.emplace(name, line.substr(colon + 2)).second, "no header field comes twice");
      header.remove_prefix(line.size() + 2);
    }
    return out;
  }

  int socket_ = -1;
  bool connected_ = false;
  bool timed_out_ = false;
  std::string input_;
};

}  // namespace freshet::testing
