// What:    which web pages of other origins may read the answers (cross-origin resource sharing).
// Rules:   only the origins of the configuration, "*" = all. Never with credentials: a page sends its key itself, and a
//          browser must not add anything on its own. What a page may send and read is the same everywhere.
// Threads: immutable.
// Source:  WHATWG Fetch, section 3.2 (CORS protocol).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/http/message.hpp"

namespace freshet::http {

class cors_policy {
 public:
  explicit cors_policy(std::vector<std::string> allowed_origins);

  /// Whether the request comes from a page of an allowed origin.
  bool allows(const request& in) const { return !allowed(in).empty(); }
  /// For every answer to this request: lets the origin read it, or tells caches that the answer depends on the origin.
  field_list fields_for(const request& in) const;
  /// OPTIONS with the header fields that browsers send before a request that needs leave.
  static bool is_preflight(const request& in);
  /// 204; `methods` as in Allow. For an origin that is not allowed it says nothing, which a browser takes for a no.
  response answer_preflight(const request& in, std::string_view methods) const;

 private:
  /// Empty = the request comes from no allowed origin.
  std::string_view allowed(const request& in) const;

  std::vector<std::string> origins_;
  bool any_ = false;
};

}  // namespace freshet::http
