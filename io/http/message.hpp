// What:    one HTTP request as the application sees it, the answer to it, and the exchange that ties them together.
// Why:     nothing outside io/http knows Boost.Beast, sockets or threads.
// Threads: a request is immutable once handed over. `exchange::answer` may be called from any thread, once; an exchange
//          that dies unanswered answers 500, so a lost message is an answer, never a hanging client.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::http {

enum class method { get, head, post, put, patch, delete_, options, other };
[[nodiscard]] std::string_view to_string(method verb);

using field_list = std::vector<std::pair<std::string, std::string>>;

/// Which of the server's doors a connection came through.
enum class entrance { main, admin, owner };

struct request {
  method verb = method::get;
  /// As it came: "/recommend?user_id=a%20b".
  std::string target;
  /// Percent-decoded: "/recommend". A slash that was encoded stays encoded as "%2F".
  std::string path;
  /// Percent-decoded, "+" as a space, in order, repeats kept.
  field_list query;
  /// Names in lower case.
  field_list headers;
  std::string body;
  /// "127.0.0.1", or "unix" for the owner's socket.
  std::string peer;
  entrance through = entrance::main;
  /// The client's X-Request-Id if it is acceptable, else generated.
  std::string request_id;
  /// The client's traceparent, continued; empty when there was none.
  std::string traceparent;
  std::chrono::steady_clock::time_point arrived;

  /// First value of a header or query parameter, or nothing.
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
};

struct response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body;
  field_list headers;
};

class exchange {
 public:
  virtual ~exchange() = default;
  virtual const request& in() const = 0;
  /// Only the first call counts.
  virtual void answer(response out) = 0;
};
using exchange_ptr = std::shared_ptr<exchange>;

}  // namespace freshet::http
