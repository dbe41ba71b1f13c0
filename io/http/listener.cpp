#include "io/http/listener.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace freshet::http {
namespace {

constexpr int backlog = 4096;  // cut by the kernel to net.core.somaxconn

std::string reason(int number) {
  return std::generic_category().message(number);
}

error listen_error(int number, const std::string& where) {
  switch (number) {
    case EADDRINUSE:
      return {error_code::conflict, "port " + where.substr(where.rfind(':') + 1) + " is taken (" + where +
                                        "): another process listens there; stop it or choose another server.port"};
    case EADDRNOTAVAIL:
      return {error_code::invalid_argument,
              where + " is not an address of this machine; set server.host to one that is, or to 0.0.0.0"};
    case EACCES:
      return {error_code::invalid_argument, where + " needs privileges; choose a server.port from 1024 up"};
    default:
      return {error_code::io_failure, "cannot listen on " + where + ": " + reason(number)};
  }
}

std::string address_text(const sockaddr* address, std::uint16_t port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(port);
  }
  inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text.data(), text.size());
  return std::string(text.data()) + ":" + std::to_string(port);
}

void set_port(sockaddr* address, std::uint16_t port) {
  if (address->sa_family == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(address)->sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in*>(address)->sin_port = htons(port);
  }
}

result<listener> listen_on(const addrinfo& address, std::uint16_t port) {
  set_port(address.ai_addr, port);
  const std::string where = address_text(address.ai_addr, port);
  listener opened(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), {});
  if (opened.socket() < 0) return listen_error(errno, where);
  const int on = 1, off = 0;
  setsockopt(opened.socket(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.ai_family == AF_INET6) {
    const auto& wanted = reinterpret_cast<const sockaddr_in6*>(address.ai_addr)->sin6_addr;
    const bool any = IN6_IS_ADDR_UNSPECIFIED(&wanted);
    setsockopt(opened.socket(), IPPROTO_IPV6, IPV6_V6ONLY, any ? &off : &on, sizeof on);
  }
  if (::bind(opened.socket(), address.ai_addr, address.ai_addrlen) != 0 || ::listen(opened.socket(), backlog) != 0) {
    return listen_error(errno, where);
  }
  return opened;
}

std::optional<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

/// Removes what a dead process left; what somebody still listens on, or what is no socket, stays.
status make_way(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return success{};
  if (!S_ISSOCK(found.st_mode)) {
    return error{error_code::conflict, path.string() + " is in the way and is not a socket; move it away"};
  }
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool alive = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  if (alive) {
    return error{error_code::conflict, path.string() + " is in use: another process listens there; stop it first"};
  }
  ::unlink(path.c_str());
  return success{};
}

}  // namespace

listener::~listener() {
  if (socket_ < 0) return;
  if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
  ::close(socket_);
}

listener::listener(listener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), unix_path_(std::exchange(other.unix_path_, {})) {}

listener& listener::operator=(listener&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(unix_path_, other.unix_path_);
  return *this;
}

std::uint16_t listener::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

result<std::vector<listener>> listen_tcp(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); failed != 0 || host.empty()) {
    return error{error_code::invalid_argument, "\"" + host + "\" is not a host name or address known here (" +
                                                   ::gai_strerror(failed) + "); set server.host to one that is"};
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  std::vector<listener> listeners;
  std::optional<error> unusable;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    auto opened = listen_on(*each, port);
    if (opened) {
      // Port 0: the first address chooses for all.
      port = opened->port();
      listeners.push_back(*std::move(opened));
    } else if (opened.failure().code == error_code::conflict) {
      return std::move(opened).failure();
    } else {
      // A name may stand for addresses that this machine lacks (::1 where IPv6 is off).
      unusable = std::move(opened).failure();
    }
  }
  if (listeners.empty()) return *std::move(unusable);
  return listeners;
}

result<listener> listen_unix(const std::filesystem::path& path) {
  const auto address = unix_address(path);
  if (!address) {
    return error{error_code::invalid_argument, path.string() + " is too long for a Unix socket (" +
                                                   std::to_string(path.native().size()) +
                                                   " bytes, at most 107); choose a shorter directory"};
  }
  FRESHET_TRY(make_way(path, *address));
  const int opened = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (opened < 0) return error{error_code::io_failure, "cannot open a Unix socket: " + reason(errno)};
  if (::bind(opened, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    const int number = errno;
    ::close(opened);
    return error{error_code::io_failure, "cannot create " + path.string() + ": " + reason(number)};
  }
  listener owned(opened, path);
  // Between bind and listen nobody can connect, so the mode is right before the first client.
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(opened, backlog) != 0) {
    return error{error_code::io_failure, "cannot listen on " + path.string() + ": " + reason(errno)};
  }
  return owned;
}

std::string peer_name(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "unknown";
  if (address.ss_family == AF_UNIX) return "unix";
  if (address.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
    return text.data();
  }
  const in6_addr& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&six)) {
    inet_ntop(AF_INET, six.s6_addr + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, &six, text.data(), text.size());
  }
  return text.data();
}

}  // namespace freshet::http
