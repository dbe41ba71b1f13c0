#include "io/http/users_api.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {
namespace {

void append_time(std::string& out, std::string_view name, std::optional<unix_seconds> time) {
  out += name;
  if (time) {
    append_json_integer(out, *time);
  } else {
    out += "null";
  }
}

void append_flag(std::string& out, std::string_view name, bool value) {
  out.append(name).append(value ? "true" : "false");
}

/// The id as part of a file's name, whatever it holds.
std::string file_name_part(std::string_view id) {
  std::string out(id.substr(0, 64));
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        return !plain;
      },
      '_');
  return out;
}

}  // namespace

response render_user_state(const user_state& state) {
  response answer;
  auto& out = answer.body;
  out += "{\"user_id\":";
  append_json_string(out, state.user_id);
  out += ",\"events\":";
  append_json_unsigned(out, state.events);
  append_time(out, ",\"first_ts\":", state.first_ts);
  append_time(out, ",\"last_ts\":", state.last_ts);
  out += ",\"items_seen\":";
  append_json_unsigned(out, state.items_seen);
  out += ",\"event_types\":{";
  const char* separator = "";
  for (const auto& [name, events] : state.event_types) {
    out += std::exchange(separator, ",");
    append_json_string(out, name);
    out += ':';
    append_json_unsigned(out, events);
  }
  out += "},\"top_items\":[";
  separator = "";
  for (const auto& each : state.top_items) {
    out.append(std::exchange(separator, ",")).append("{\"item_id\":");
    append_json_string(out, each.item_id);
    out += ",\"events\":";
    append_json_unsigned(out, each.events);
    out += ",\"strength\":";
    append_json_number(out, each.strength);
    out += '}';
  }
  append_flag(out, "],\"trained\":", state.trained);
  append_flag(out, ",\"trainable\":", state.trainable);
  append_flag(out, ",\"cold\":", state.cold);
  out += ",\"model_id\":";
  if (state.model_id.empty()) {
    out += "null";
  } else {
    append_json_string(out, state.model_id);
  }
  out += '}';
  return answer;
}

response render_user_export(std::string document, std::string_view user_id) {
  response out{.status = 200, .content_type = "application/json", .body = std::move(document), .headers = {}};
  out.headers.emplace_back("Content-Disposition", "attachment; filename=\"user_" + file_name_part(user_id) + ".json\"");
  // Personal data belongs into nobody's cache.
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

response user_not_found(std::string_view user_id, const request& in) {
  std::string shown;
  append_printable(shown, user_id.substr(0, 256));
  return problem(404, "User " + shown + " not found", in);
}

}  // namespace freshet::http
