// What:   which handler answers a method and path: "/v1/users/{id}/events".
// Rules:  HEAD wherever GET is; OPTIONS answered here with Allow; an unknown path is 404, a known path with another
//         method 405 + Allow. A trailing slash is another path.
// Threads: immutable after the last `add`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/http/message.hpp"

namespace freshet::http {

/// Values of the {placeholders}, percent-decoded, in order of the path.
using path_parameters = std::vector<std::string>;
using handler = std::function<void(exchange_ptr, const path_parameters&)>;

struct route {
  method verb{};
  std::string pattern;
  /// Accepts `server.bulk_body_bytes_max` instead of `body_bytes_max`.
  bool bulk = false;
  handler handle;
};

class router {
 public:
  void add(route entry);
  /// Finds and calls the handler, or answers 404, 405 or OPTIONS. Returns the pattern for metrics, "" when none.
  std::string_view dispatch(const exchange_ptr& call) const;
  /// The body limit decision, before the body is read.
  bool accepts_bulk(method verb, std::string_view path) const;
  const std::vector<route>& routes() const { return routes_; }

 private:
  std::vector<route> routes_;
};

}  // namespace freshet::http
