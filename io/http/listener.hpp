// What:   sockets that wait for connections: TCP on every address of a host name, and a Unix socket for the owner
//         alone.
// Errors: one sentence that names the address and the remedy: a taken port, a foreign address, an unknown name.
// Rules:  SO_REUSEADDR, so that a restart does not wait for connections of the process before; `::` takes IPv4 too; a
//         Unix socket has mode 0600 before anybody can connect, replaces one that a dead process left, and is removed
//         with its listener.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace freshet::http {

/// Owns one listening socket.
class listener {
 public:
  listener(int socket, std::filesystem::path unix_path) : socket_(socket), unix_path_(std::move(unix_path)) {}
  ~listener();
  listener(listener&& other) noexcept;
  listener& operator=(listener&& other) noexcept;

  /// Non-blocking.
  int socket() const { return socket_; }
  bool is_unix() const { return !unix_path_.empty(); }
  /// 0 on a Unix socket.
  std::uint16_t port() const;

 private:
  int socket_ = -1;
  std::filesystem::path unix_path_;
};

/// A socket for each address that `host` stands for, all with one port; port 0 = any that is free.
result<std::vector<listener>> listen_tcp(const std::string& host, std::uint16_t port);
result<listener> listen_unix(const std::filesystem::path& path);

/// "127.0.0.1" or "::1" of the other end; "unix" for a Unix socket.
[[nodiscard]] std::string peer_name(int socket);

}  // namespace freshet::http
