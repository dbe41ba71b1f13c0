#include "io/files/item_json.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/files/item_availability.hpp"

namespace freshet {
namespace {

namespace json = boost::json;

void append_name(std::string& out, std::string_view name) {
  out += out.size() > 1 ? "," : "";
  append_json_string(out, name);
  out += ':';
}

void append_value(std::string& out, const std::string& value) {
  append_json_string(out, value);
}
void append_value(std::string& out, double value) {
  append_json_number(out, value);
}
void append_value(std::string& out, bool value) {
  out += value ? "true" : "false";
}

/// `text` keeps what the cell points to.
cell cell_of(const json::value& value, std::string& text) {
  switch (value.kind()) {
    case json::kind::null:
      return {};
    case json::kind::bool_:
      return value.get_bool();
    case json::kind::int64:
      return value.get_int64();
    case json::kind::uint64:
      return static_cast<double>(value.get_uint64());
    case json::kind::double_:
      return value.get_double();
    case json::kind::string:
      text = value.get_string();
      return std::string_view(text);
    default:
      text = json::serialize(value);
      return std::string_view(text);
  }
}

/// The field that a member stands for: the mapped one, else the one of its name.
std::optional<item_field> field_of(std::string_view member, const column_map& map) {
  for (const auto& [field, column] : map) {
    if (column == member) return find_item_field(field);
  }
  const auto field = find_item_field(member);
  return field && !map.contains(std::string(member)) ? field : std::nullopt;
}

}  // namespace

std::string encode_item_json(const item& value) {
  std::string out = "{";
  append_name(out, "item_id");
  append_json_string(out, value.item_id);
  const auto append = [&](item_field field, const auto& member) {
    if (!member) return;
    append_name(out, to_string(field));
    append_value(out, *member);
  };
  append(item_field::title, value.title);
  append(item_field::category, value.category);
  append(item_field::brand, value.brand);
  append(item_field::description, value.description);
  append(item_field::img_url, value.img_url);
  append(item_field::price, value.price);
  append(item_field::avg_star, value.avg_star);
  append(item_field::num_sold_time, value.num_sold_time);
  for (const auto& [name, attribute] : value.attributes) {
    append_name(out, name);
    std::visit([&](const auto& content) { append_value(out, content); }, attribute);
  }
  return out + "}";
}

parsed_item decode_item_json(std::string_view text, const column_map& map, std::span<const std::string> ignored) {
  json::error_code failure;
  const auto document = json::parse({text.data(), text.size()}, failure);
  if (failure) return row_problem{"not_json", "is not JSON (" + failure.message() + "); give one object a line"};
  const auto* object = document.if_object();
  if (object == nullptr) return row_problem{"not_an_object", "is JSON but no object; give one object a line"};

  item out;
  std::string buffer;
  for (const auto& member : *object) {
    const std::string name(member.key());
    const cell value = cell_of(member.value(), buffer);
    std::optional<row_problem> problem;
    if (const auto field = field_of(name, map)) {
      problem = set_item_field(out, *field, value);
    } else if (!find_item_field(name) && std::find(ignored.begin(), ignored.end(), name) == ignored.end()) {
      problem = set_item_attribute(out, name, value, text_attributes::as_written);
    }
    if (problem) return *std::move(problem);
  }
  if (out.item_id.empty()) return row_problem{"missing_field", "item_id: is not given; every item needs one"};
  if (const auto bad = check_id("item_id", out.item_id)) return row_problem{to_string(bad->reason), bad->message};
  const auto availability = read_availability(out);
  if (const auto* bad = std::get_if<row_problem>(&availability)) return *bad;
  return out;
}

}  // namespace freshet
