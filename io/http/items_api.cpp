#include "io/http/items_api.hpp"

#include <boost/json.hpp>

#include "core/base/text.hpp"
#include "io/files/item_json.hpp"
#include "io/http/json_body.hpp"
#include "io/http/merge_patch.hpp"
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

/// The members as the item of this id.
parsed<item> to_item(boost::json::object members, std::string_view item_id, const request& in) {
  if (const auto* given = members.if_contains("item_id")) {
    const auto id = as_id(*given);
    if (!id || id->text != item_id) {
      return problem(400, "item_id: " + shown(*given) + " is not the id of the path, " + in_quotes(item_id), in);
    }
  }
  members["item_id"] = item_id;
  auto decoded = decode_item_json(boost::json::serialize(members));
  if (auto* good = std::get_if<item>(&decoded)) return std::move(*good);
  return problem(400, std::get<row_problem>(decoded).reason, in);
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

parsed<item> parse_item(const request& in, std::string_view item_id) {
  auto body = parse_item_patch(in);
  if (auto* problem = std::get_if<response>(&body)) return std::move(*problem);
  return to_item(std::get<boost::json::object>(std::move(body)), item_id, in);
}

parsed<boost::json::object> parse_item_patch(const request& in) {
  auto body = read_json_object(in);
  if (auto* object = std::get_if<boost::json::object>(&body)) return std::move(*object);
  const auto& failure = std::get<body_failure>(body);
  return problem(failure.what == body_failure::kind::wrong_type ? 415 : 400, failure.sentence, in);
}

parsed<item> patched_item(const item& before, const boost::json::object& patch, const request& in) {
  auto changed = boost::json::parse(encode_item_json(before));
  // The id is no member that could be removed.
  auto members = patch;
  if (const auto* id = members.if_contains("item_id"); id != nullptr && id->is_null()) members.erase("item_id");
  merge_patch(changed, members);
  return to_item(std::move(changed.get_object()), before.item_id, in);
}

response render_item(const item& value, bool created) {
  return {.status = created ? 201U : 200U,
          .content_type = "application/json",
          .body = encode_item_json(value),
          .headers = {}};
}

response render_item_deleted() {
  return {.status = 204, .content_type = "", .body = "", .headers = {}};
}

response item_not_found(std::string_view item_id, const request& in) {
  std::string shown;
  append_printable(shown, item_id.substr(0, 256));
  return problem(404, "Item " + shown + " not found", in);
}

}  // namespace freshet::http
