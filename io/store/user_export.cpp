#include "io/store/user_export.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"

namespace freshet {
namespace {

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  append_json_string(out, text);
}

void append_event(std::string& out, const event& value) {
  append_text(out, "{\"item_id\":", value.item_id);
  out += ",\"timestamp\":";
  append_json_integer(out, value.ts);
  out += ",\"quantity\":";
  append_json_integer(out, value.qty);
  if (!value.event_type.empty()) append_text(out, ",\"event_type\":", value.event_type);
  if (value.value) {
    out += ",\"value\":";
    append_json_number(out, *value.value);
  }
  if (!value.event_id.empty()) append_text(out, ",\"event_id\":", value.event_id);
  if (!value.session_id.empty()) append_text(out, ",\"session_id\":", value.session_id);
  if (!value.recommendation_id.empty()) append_text(out, ",\"recommendation_id\":", value.recommendation_id);
  if (!value.properties.empty()) out.append(",\"properties\":").append(value.properties);
  out += '}';
}

void append_text_or_null(std::string& out, std::string_view name, const std::optional<std::string>& text) {
  if (text) return append_text(out, name, *text);
  out.append(name).append("null");
}

void append_item(std::string& out, std::string_view item_id, const item& metadata) {
  append_text(out, "{\"item_id\":", item_id);
  append_text_or_null(out, ",\"category\":", metadata.category);
  append_text_or_null(out, ",\"brand\":", metadata.brand);
  out += ",\"price\":";
  if (metadata.price) {
    append_json_number(out, *metadata.price);
  } else {
    out += "null";
  }
  append_text_or_null(out, ",\"img_url\":", metadata.img_url);
  out += '}';
}

result<item> metadata_of(const event_store& store, std::string_view item_id) {
  FRESHET_ASSIGN(const auto number, store.find_item(item_id));
  if (!number) return item{};
  FRESHET_ASSIGN(auto metadata, store.find_metadata(*number));
  return metadata ? std::move(*metadata) : item{};
}

std::string document(std::string_view user_id, std::string_view events, std::string_view items, unix_seconds now) {
  std::string out;
  out.reserve(events.size() + items.size() + user_id.size() + 128);
  append_text(out, "{\"user_id\":", user_id);
  out.append(",\"events\":[").append(events).append("],\"items\":[").append(items).append("],\"export_timestamp\":");
  append_json_integer(out, now);
  append_text(out, ",\"export_date\":", to_rfc3339(now));
  out += '}';
  return out;
}

}  // namespace

result<std::optional<std::string>> export_user(const event_store& store, std::string_view user_id, unix_seconds now) {
  FRESHET_ASSIGN(const auto user, store.find_user(user_id));
  if (!user) return std::optional<std::string>();
  FRESHET_ASSIGN(auto stored, store.events(*user, SIZE_MAX, std::nullopt));
  if (stored.empty()) return std::optional<std::string>();
  std::reverse(stored.begin(), stored.end());
  std::string events;
  std::string items;
  std::set<std::string_view> listed;
  for (const auto& each : stored) {
    if (!events.empty()) events += ',';
    append_event(events, each.value);
    if (!listed.insert(each.value.item_id).second) continue;
    FRESHET_ASSIGN(const auto metadata, metadata_of(store, each.value.item_id));
    if (!items.empty()) items += ',';
    append_item(items, each.value.item_id, metadata);
  }
  return std::optional(document(user_id, events, items, now));
}

std::string empty_export(std::string_view user_id, unix_seconds now) {
  return document(user_id, "", "", now);
}

}  // namespace freshet
