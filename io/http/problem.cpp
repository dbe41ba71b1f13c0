#include "io/http/problem.hpp"

#include "core/base/text.hpp"
#include "io/http/status_text.hpp"

namespace freshet::http {
namespace {

/// Wraps a finished `detail`, already JSON, into the answer.
response finish(unsigned status, const std::string& detail, const request& in) {
  response out{.status = status, .content_type = "application/problem+json", .body = {}, .headers = {}};
  out.body.reserve(detail.size() + in.path.size() + 160);
  out.body += R"({"detail":)";
  out.body += detail;
  out.body += R"(,"type":"about:blank","title":)";
  append_json_string(out.body, status_text(status));
  out.body += R"(,"status":)";
  out.body += std::to_string(status);
  out.body += R"(,"instance":)";
  append_json_string(out.body, in.path);
  out.body += R"(,"request_id":)";
  append_json_string(out.body, in.request_id);
  out.body += '}';
  if (status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 429 || status == 503) out.headers.emplace_back("Retry-After", "1");
  return out;
}

}  // namespace

response problem(unsigned status, std::string_view detail, const request& in) {
  std::string quoted;
  append_json_string(quoted, detail);
  return finish(status, quoted, in);
}

response validation_problem(const std::vector<field_problem>& problems, const request& in) {
  std::string list = "[";
  for (const auto& complaint : problems) {
    if (list.size() > 1) list += ',';
    list += R"({"loc":[)";
    for (std::size_t i = 0; i < complaint.loc.size(); ++i) {
      if (i > 0) list += ',';
      append_json_string(list, complaint.loc[i]);
    }
    list += R"(],"msg":)";
    append_json_string(list, complaint.msg);
    list += R"(,"type":)";
    append_json_string(list, complaint.type);
    list += '}';
  }
  list += ']';
  return finish(422, list, in);
}

}  // namespace freshet::http
