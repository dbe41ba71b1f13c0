// What:   the error body of every endpoint: {"detail": ...} as the documents have it, with the members of RFC 9457
//         (type, title, status, instance, request_id) beside it; content type application/problem+json.
// Never:  a stack trace, an internal path, or bytes of the request beyond the value that is complained about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/http/message.hpp"

namespace freshet::http {

/// 4xx/5xx with a sentence. Adds what the status demands: WWW-Authenticate (401), Retry-After (429, 503).
[[nodiscard]] response problem(unsigned status, std::string_view detail, const request& in);

/// One complaint of a 422 on surface B.
struct field_problem {
  std::vector<std::string> loc;  // {"body", "topk"}
  std::string msg;
  std::string type;  // "missing", "int_parsing", "less_than_equal", ...
};
/// 422 whose `detail` is the list of complaints.
[[nodiscard]] response validation_problem(const std::vector<field_problem>& problems, const request& in);

}  // namespace freshet::http
