#include "io/http/ingestion_api.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/events/json_span.hpp"
#include "io/http/json_body.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"
#include "io/http/target.hpp"

namespace freshet::http {
namespace {

constexpr std::size_t events_max = 100'000;
constexpr std::size_t rejections_listed_max = 1'000;

bool is_ndjson_type(std::string_view type) {
  return type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl" ||
         type == "application/x-jsonlines";
}

/// The ce-* headers under the names that they have on Kafka. Their values are percent-encoded (CloudEvents HTTP
/// binding, 3.1.3.2); what is not is taken as it is.
field_list cloud_event_headers(const request& in) {
  field_list out;
  for (const auto& [name, value] : in.headers) {
    if (!name.starts_with("ce-")) continue;
    auto decoded = percent_decode(value, decode_as::path_segment);
    out.emplace_back("ce_" + name.substr(3), decoded ? std::move(decoded).value() : value);
  }
  const bool complete =
      std::any_of(out.begin(), out.end(), [](const auto& each) { return each.first == "ce_specversion"; });
  return complete ? out : field_list{};
}

std::vector<std::string_view> lines_of(std::string_view body) {
  std::vector<std::string_view> out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) out.push_back(line);
  }
  return out;
}

/// The texts of the single events; nothing when the body should be an array and is not JSON.
std::optional<std::vector<std::string_view>> split(const request& in, bool one_event) {
  if (is_ndjson_type(media_type(in))) return lines_of(in.body);
  const std::size_t start = in.body.find_first_not_of(" \t\r\n");
  if (one_event || start == std::string::npos || in.body[start] != '[') return std::vector<std::string_view>{in.body};
  boost::json::error_code failed;
  // One event that is nested absurdly deep must not reject the others: the decoder refuses it alone.
  boost::json::parse_options deep;
  deep.max_depth = 1024;
  const auto tree = boost::json::parse(in.body, failed, {}, deep);
  if (failed) return std::nullopt;
  return element_texts(in.body);
}

refusal read_wait(const request& in, bool& wait_visible) {
  std::optional<std::string> wait;
  if (auto refused = read_text(in, "wait", wait)) return refused;
  if (wait && *wait != "visible") {
    return problem(400, "wait: " + in_quotes(*wait) + " is unknown; give \"visible\" or leave it out", in);
  }
  wait_visible = wait.has_value();
  return std::nullopt;
}

/// The key with room for the number of an event behind it.
refusal read_idempotency_key(const request& in, std::string& key) {
  const auto given = in.header("idempotency-key");
  if (!given) return std::nullopt;
  if (const auto bad = check_id("Idempotency-Key", *given)) return problem(400, bad->message, in);
  key = *given;
  if (key.size() + 1 + std::to_string(events_max).size() <= id_bytes_max) return std::nullopt;
  return problem(400, "Idempotency-Key has " + std::to_string(key.size()) + " bytes; give at most 249", in);
}

response not_json(const request& in) {
  return problem(400, "the body is not JSON; send one event, an array of events, or application/x-ndjson", in);
}

/// One NDJSON line among good ones may be broken; a body of nothing else is no JSON.
bool nothing_but_broken(const events_request& read) {
  return read.accepted.empty() && !read.rejected.empty() &&
         std::all_of(read.rejected.begin(), read.rejected.end(),
                     [](const auto& each) { return each.why.reason == rejection_reason::not_json; });
}

void append_rejection(std::string& out, const events_request::rejected_event& each) {
  out += "{\"index\":";
  append_json_unsigned(out, each.index);
  out += ",\"reason\":";
  append_json_string(out, to_string(each.why.reason));
  out += ",\"message\":";
  append_json_string(out, each.why.message);
  out += '}';
}

}  // namespace

parsed<events_request> parse_events(const request& in, event_decoder& decoder) {
  const std::string type = media_type(in);
  if (!is_json_type(type) && !is_ndjson_type(type)) {
    return problem(
        415, "content type " + in_quotes(type) + " is not understood; send application/json or application/x-ndjson",
        in);
  }
  events_request out;
  std::string key;
  if (auto refused = read_wait(in, out.wait_visible)) return *std::move(refused);
  if (auto refused = read_idempotency_key(in, key)) return *std::move(refused);
  const field_list attributes = cloud_event_headers(in);
  const auto texts = split(in, !attributes.empty());
  if (!texts || in.body.empty()) return not_json(in);
  if (texts->size() > events_max) {
    return problem(400, "the body holds " + std::to_string(texts->size()) + " events; send at most 100000 a request",
                   in);
  }
  for (std::size_t index = 0; index < texts->size(); ++index) {
    decoded_event decoded = decoder.decode((*texts)[index], attributes);
    if (auto* why = std::get_if<rejection>(&decoded)) {
      out.rejected.push_back({index, std::move(*why)});
      continue;
    }
    auto& accepted = std::get<event>(decoded);
    if (!key.empty() && accepted.event_id.empty()) accepted.event_id = key + '#' + std::to_string(index);
    out.accepted.push_back({index, std::move(accepted)});
  }
  if (nothing_but_broken(out)) return not_json(in);
  return out;
}

response render_events(const events_request& query, std::size_t accepted, std::optional<std::size_t> duplicates) {
  response out{.status = 202, .content_type = "application/json", .body = "{\"accepted\":", .headers = {}};
  append_json_unsigned(out.body, accepted);
  out.body += ",\"duplicates\":";
  if (duplicates) {
    append_json_unsigned(out.body, *duplicates);
  } else {
    out.body += "null";
  }
  out.body += ",\"rejected\":[";
  const std::size_t listed = std::min(query.rejected.size(), rejections_listed_max);
  for (std::size_t at = 0; at < listed; ++at) {
    if (at > 0) out.body += ',';
    append_rejection(out.body, query.rejected[at]);
  }
  out.body += "],\"rejected_count\":";
  append_json_unsigned(out.body, query.rejected.size());
  out.body += '}';
  return out;
}

}  // namespace freshet::http
