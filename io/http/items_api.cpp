#include "io/http/items_api.hpp"

#include <boost/json.hpp>

#include "io/files/item_json.hpp"
#include "io/http/json_text.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

bool is_ndjson(const request& in) {
  const auto type = in.header("content-type").value_or("");
  return type.starts_with("application/x-ndjson") || type.starts_with("application/ndjson");
}

void take(items_request& made, std::size_t index, std::string_view json) {
  auto decoded = decode_item_json(json);
  if (auto* good = std::get_if<item>(&decoded)) {
    made.accepted.push_back(std::move(*good));
  } else {
    made.rejected.push_back({index, std::get<row_problem>(decoded).reason});
  }
}

items_request split_lines(std::string_view body) {
  items_request made;
  for (std::size_t index = 0; !body.empty();) {
    const auto end = std::min(body.find('\n'), body.size());
    const auto line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    take(made, index++, line);
  }
  return made;
}

}  // namespace

parsed<items_request> parse_items(const request& in) {
  if (is_ndjson(in)) return split_lines(in.body);
  boost::system::error_code failed;
  const auto document = boost::json::parse(in.body, failed);
  if (failed) return problem(400, "The body is not JSON: " + failed.message(), in);
  items_request made;
  if (const auto* several = document.if_array()) {
    for (std::size_t index = 0; index < several->size(); ++index) {
      take(made, index, boost::json::serialize((*several)[index]));
    }
  } else {
    take(made, 0, in.body);
  }
  return made;
}

response render_items(const items_request& query) {
  response out;
  out.body = "{\"accepted\":" + std::to_string(query.accepted.size()) + ",\"rejected\":[";
  const char* separator = "";
  for (const auto& [index, reason] : query.rejected) {
    out.body.append(separator).append("{\"index\":").append(std::to_string(index)).append(",\"reason\":");
    append_json_string(out.body, reason);
    out.body.append("}");
    separator = ",";
  }
  out.body.append("]}");
  return out;
}

}  // namespace freshet::http
