// What:    a small blocking HTTP/1.1 client for the service's own tools: the owner's Unix socket, `freshet ctl`, tests.
// Errors:  unavailable when nobody listens (named), corrupted for an answer that is not HTTP.
// Threads: one caller at a time; keeps its connection and reconnects once when the server closed it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

class client {
 public:
  /// "http://127.0.0.1:8000" or "unix:/path/owner.sock".
  static result<std::unique_ptr<client>> connect(const std::string& address, std::chrono::milliseconds timeout);
  virtual ~client() = default;
  virtual result<response> send(method verb, const std::string& target, const field_list& headers = {},
                                std::string body = {}) = 0;
};

}  // namespace freshet::http
