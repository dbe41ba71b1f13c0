#include "core/base/text.hpp"
#include "io/events/event_codec.hpp"

namespace freshet {

std::string encode(const event& value) {
  std::string out;
  out.reserve(96 + value.user_id.size() + value.item_id.size() + value.event_id.size() + value.properties.size());
  const auto add_text = [&](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out += name;
    append_json_string(out, text);
  };
  out += "{\"user_id\":";
  append_json_string(out, value.user_id);
  out += ",\"item_id\":";
  append_json_string(out, value.item_id);
  out += ",\"ts\":";
  append_json_integer(out, value.ts);
  out += ",\"qty\":";
  append_json_integer(out, value.qty);
  add_text(",\"event_type\":", value.event_type);
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
  out += '}';
  return out;
}

}  // namespace freshet
