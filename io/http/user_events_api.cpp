#include <charconv>

#include "core/base/text.hpp"
#include "io/http/ingestion_api.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

template <class Number>
bool read_all(std::string_view text, Number& out, int base) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return failed == std::errc() && end == text.data() + text.size();
}

/// "<ts>.<key in hex>"
std::optional<std::pair<unix_seconds, std::uint64_t>> parse_cursor(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::pair<unix_seconds, std::uint64_t> cursor;
  if (!read_all(text.substr(0, dot), cursor.first, 10)) return std::nullopt;
  if (!read_all(text.substr(dot + 1), cursor.second, 16)) return std::nullopt;
  return cursor;
}

void append_cursor(std::string& out, const listed_event& last) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, last.key, 16).ptr;
  out += '"';
  append_json_integer(out, last.value.ts);
  out += '.';
  out.append(digits, end);
  out += '"';
}

/// The members of what is an event on every surface, without braces.
void append_event_members(std::string& out, const event& value) {
  const auto add_text = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out += name;
    append_json_string(out, text);
  };
  out += "\"item_id\":";
  append_json_string(out, value.item_id);
  out += ",\"ts\":";
  append_json_integer(out, value.ts);
  out += ",\"qty\":";
  append_json_integer(out, value.qty);
  out += ",\"event_type\":";
  if (value.event_type.empty()) {
    out += "null";
  } else {
    append_json_string(out, value.event_type);
  }
  if (value.value) {
    out += ",\"value\":";
    append_json_number(out, *value.value);
  }
  add_text(",\"event_id\":", value.event_id);
  add_text(",\"session_id\":", value.session_id);
  add_text(",\"recommendation_id\":", value.recommendation_id);
  if (!value.properties.empty()) {
    out += ",\"properties\":";
    out += value.properties;
  }
}

}  // namespace

parsed<user_events_request> parse_user_events(const request& in) {
  user_events_request out;
  if (auto refused = read_integer(in, "limit", {1, 1000}, out.limit)) return *std::move(refused);
  std::optional<std::string> before;
  if (auto refused = read_text(in, "before", before)) return *std::move(refused);
  if (!before) return out;
  out.before = parse_cursor(*before);
  if (out.before) return out;
  return problem(422, "before: " + in_quotes(*before) + " is no place in a list; give the `next` of the page before",
                 in);
}

response render_user_events(std::string_view user_id, const std::vector<listed_event>& events, bool more) {
  response out;
  out.body.reserve(64 + 128 * events.size());
  out.body += "{\"user_id\":";
  append_json_string(out.body, user_id);
  out.body += ",\"events\":[";
  const char* separator = "";
  for (const auto& each : events) {
    out.body += separator;
    out.body += '{';
    append_event_members(out.body, each.value);
    out.body += '}';
    separator = ",";
  }
  out.body += "],\"next\":";
  if (more && !events.empty()) {
    append_cursor(out.body, events.back());
  } else {
    out.body += "null";
  }
  out.body += '}';
  return out;
}

parsed<recent_events_request> parse_recent_events(const request& in) {
  recent_events_request out;
  constexpr auto most = static_cast<std::int64_t>(recent_events_max);
  if (auto refused = read_integer(in, "limit", {1, most}, out.limit)) return *std::move(refused);
  return out;
}

response render_recent_events(const std::vector<recent_event>& events) {
  response out;
  out.body = "{\"events\":[";
  const char* separator = "";
  for (const auto& each : events) {
    out.body += separator;
    out.body += "{\"user_id\":";
    append_json_string(out.body, each.value.user_id);
    out.body += ',';
    append_event_members(out.body, each.value);
    out.body += ",\"partition\":";
    append_json_integer(out.body, to_integer(each.partition));
    out.body += ",\"offset\":";
    append_json_integer(out.body, each.offset);
    out.body += ",\"accepted_at\":";
    if (each.accepted_ms > 0) {
      append_json_number(out.body, static_cast<double>(each.accepted_ms) / 1000);
    } else {
      out.body += "null";
    }
    out.body += '}';
    separator = ",";
  }
  out.body += "]}";
  return out;
}

}  // namespace freshet::http
