#include "io/http/erasure_api.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "core/base/text.hpp"
#include "core/data/event.hpp"
#include "io/events/timestamp.hpp"
#include "io/http/json_body.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {

std::variant<std::vector<std::string>, response> parse_erasure(const request& in) {
  auto read = read_json_object(in);
  if (const auto* failure = std::get_if<body_failure>(&read)) {
    return problem(failure->what == body_failure::kind::wrong_type ? 415 : 422, failure->sentence, in);
  }
  const auto& body = std::get<boost::json::object>(read);
  for (const auto& member : body) {
    if (member.key() != "user_ids") return problem(422, "unknown member " + in_quotes(member.key()), in);
  }
  const auto* given = body.if_contains("user_ids");
  const auto* list = given == nullptr ? nullptr : given->if_array();
  if (list == nullptr || list->empty() || list->size() > erased_users_max) {
    return problem(422, "user_ids must be a list of 1 to " + std::to_string(erased_users_max) + " ids", in);
  }
  std::vector<std::string> ids;
  ids.reserve(list->size());
  for (const auto& each : *list) {
    auto id = as_id(each);
    if (!id || id->text.empty() || id->text.size() > id_bytes_max) {
      return problem(422, "user_ids holds " + shown(each) + ", which is no id: text of 1 to 256 bytes, or an integer",
                     in);
    }
    ids.push_back(std::move(id->text));
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

std::string to_json(const erasure_receipt& receipt) {
  std::string out = "{";
  if (!receipt.user_id.empty()) {
    out += "\"user_id\":";
    append_json_string(out, receipt.user_id);
    out += ',';
  }
  const std::pair<const char*, std::uint64_t> counts[] = {{"users", receipt.users},
                                                          {"known", receipt.known},
                                                          {"events", receipt.events},
                                                          {"dead_letters", receipt.dead_letters},
                                                          {"log_records", receipt.log_records},
                                                          {"models", receipt.models},
                                                          {"model_rows", receipt.model_rows},
                                                          {"log_mentions", receipt.log_mentions}};
  for (const auto& [name, count] : counts) {
    out.append("\"").append(name).append("\":");
    append_json_unsigned(out, count);
    out += ',';
  }
  out += "\"erased_at\":";
  append_json_integer(out, receipt.erased_at);
  out += ",\"erased_date\":";
  append_json_string(out, to_rfc3339(receipt.erased_at));
  out += '}';
  return out;
}

response render_erasure(const erasure_receipt& receipt) {
  response out{.body = to_json(receipt)};
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

}  // namespace freshet::http
