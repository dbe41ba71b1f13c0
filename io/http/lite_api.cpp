#include <algorithm>

#include "core/base/text.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/unsupported.hpp"

namespace freshet::http {
namespace {

/// A parameter that says no asks for nothing.
refusal refuse_unsupported(const request& in) {
  for (const auto& [name, value] : in.query) {
    if (!is_unsupported(surface::lite, name) || parse_flag(value) == false) continue;
    return problem(400, unsupported_sentence(name), in);
  }
  return std::nullopt;
}

/// What both requests of the surface share.
refusal read_common(const request& in, std::size_t k_max, std::size_t& k) {
  k = std::min(k, k_max);
  if (auto refused = read_integer(in, "k", {1, static_cast<std::int64_t>(k_max)}, k)) return refused;
  bool without_effect = true;
  if (auto refused = read_flag(in, "use_faiss", without_effect)) return refused;
  if (auto refused = read_flag(in, "use_cache", without_effect)) return refused;
  return refuse_unsupported(in);
}

void append_items(std::string& out, const recommendation& answer) {
  out += "\"recommendations\":[";
  const char* separator = "";
  for (const auto& [view, score] : answer.items) {
    out += separator;
    out += "{\"item_id\":";
    out += view->quoted_id();
    out += ",\"score\":";
    append_json_number(out, score);
    out += ',';
    out += view->lite_fields();
    out += ",\"explanation\":null}";
    separator = ",";
  }
  out += "],\"pagination\":null,\"filter_info\":null}";
}

std::size_t expected_bytes(const recommendation& answer) {
  std::size_t bytes = 128;
  for (const auto& each : answer.items) bytes += each.view->quoted_id().size() + each.view->lite_fields().size() + 64;
  return bytes;
}

}  // namespace

parsed<recommend_query> parse_lite_recommend(const request& in, std::size_t k_max) {
  recommend_query query{.form = surface::lite};
  if (auto refused = read_required_id(in, "user_id", query.user_id)) return *std::move(refused);
  if (auto refused = read_common(in, k_max, query.k)) return *std::move(refused);
  if (auto refused = read_flag(in, "exclude_seen", query.exclude_seen)) return *std::move(refused);
  return query;
}

parsed<similar_query> parse_lite_similar(const request& in, std::size_t k_max) {
  similar_query query;
  if (auto refused = read_required_id(in, "item_id", query.item_id)) return *std::move(refused);
  if (auto refused = read_common(in, k_max, query.k)) return *std::move(refused);
  return query;
}

response render_lite(const recommend_query& query, const recommendation& answer) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"user_id\":";
  append_json_string(out.body, query.user_id);
  out.body += ',';
  append_items(out.body, answer);
  return out;
}

response render_lite_similar(const similar_query& query, const recommendation& answer) {
  response out;
  out.body.reserve(expected_bytes(answer));
  // The document shows the item's id as `user_id`; clients read it there.
  out.body += "{\"user_id\":";
  append_json_string(out.body, query.item_id);
  out.body += ",\"item_id\":";
  append_json_string(out.body, query.item_id);
  out.body += ',';
  append_items(out.body, answer);
  return out;
}

}  // namespace freshet::http
