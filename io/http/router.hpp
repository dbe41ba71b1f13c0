// What:   which handler answers a method and path: "/v1/users/{id}/events".
// Rules:  HEAD wherever GET is; OPTIONS answered here with Allow; an unknown path is 404, a known path with another
//         method 405 + Allow. A trailing slash is another path. A literal segment wins over a placeholder, from left
//         to right. A placeholder never stands for nothing.
// Threads: immutable after the last `add`.
// Cost:   one hash lookup for a path without placeholders, else a comparison with every pattern that has some.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/access_scope.hpp"
#include "io/http/document.hpp"

namespace freshet::http {

/// Values of the {placeholders}, percent-decoded, in order of the path.
using path_parameters = std::vector<std::string>;
using handler = std::function<void(exchange_ptr, const path_parameters&)>;

struct route {
  method verb{};
  std::string pattern;
  /// What a key must be allowed to do to call it.
  access_scope scope = access_scope::none;
  /// Accepts `server.bulk_body_bytes_max` instead of `body_bytes_max`.
  bool bulk = false;
  handler handle;
  /// A page that holds no data: it asks for the key itself, so a browser that comes without one is shown it with the
  /// 401. Null = what it is not.
  const document& (*page)() = nullptr;
};

class router {
 public:
  /// The same method and pattern twice is a programmer's mistake.
  void add(route entry);
  /// Finds and calls the handler, or answers 404, 405 or OPTIONS. Returns the pattern for metrics, "" when none.
  std::string_view dispatch(const exchange_ptr& call) const;
  /// The methods of a path as in Allow, "" when nothing is served there.
  std::string methods_at(std::string_view path) const;
  /// The pattern that a path matches, "" when none.
  std::string_view pattern_of(std::string_view path) const;
  /// The route that would be called (GET's for HEAD), null when none: for decisions before the body is read.
  const route* match(method verb, std::string_view path) const;
  const std::vector<route>& routes() const { return routes_; }

 private:
  /// All routes of one pattern.
  struct resource {
    std::string pattern;
    std::vector<std::string> segments;  // "{id}" for a placeholder
    bool has_placeholders = false;
    std::vector<std::size_t> route_ids;  // into routes_
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  const resource* find(std::string_view path) const;
  const route* find(const resource& where, method verb) const;
  std::string allowed_methods(const resource& where) const;

  std::vector<route> routes_;
  std::vector<resource> resources_;
  /// Patterns without placeholders -> index in resources_.
  std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> literal_;
  /// Indices of the patterns with placeholders.
  std::vector<std::size_t> templates_;
};

}  // namespace freshet::http
