#include "io/files/item_row.hpp"

#include <cmath>

#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/files/item_availability.hpp"

namespace freshet {
namespace {

std::optional<row_problem> set_text(std::optional<std::string>& out, std::string_view name, const cell& value) {
  out = text_of(value);
  if (is_utf8(*out)) return std::nullopt;
  return row_problem{"bad_text", std::string(name) + ": " + in_quotes(*out) + " is not UTF-8; save the file as UTF-8"};
}

std::optional<row_problem> set_number(std::optional<double>& out, std::string_view name, const cell& value) {
  out = number_of(value);
  if (out && std::isfinite(*out)) return std::nullopt;
  return row_problem{"bad_number",
                     std::string(name) + ": " + in_quotes(text_of(value)) +
                         " is not a finite number; write it without currency and thousands marks, as 12.50"};
}

/// "0", "-3", "0.5" but not "007", which is a code.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

attribute_value attribute_of(const cell& value, text_attributes texts) {
  if (const auto* is_true = std::get_if<bool>(&value)) return *is_true;
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (texts == text_attributes::as_written) return std::string(*text);
    if (*text == "true" || *text == "True" || *text == "TRUE") return true;
    if (*text == "false" || *text == "False" || *text == "FALSE") return false;
    if (has_leading_zero(*text)) return std::string(*text);
  }
  if (const auto number = number_of(value); number && std::isfinite(*number)) return *number;
  return text_of(value);
}

}  // namespace

std::optional<row_problem> set_item_field(item& out, item_field field, const cell& value) {
  if (is_empty(value)) return std::nullopt;
  const auto name = to_string(field);
  switch (field) {
    case item_field::item_id:
      out.item_id = text_of(value);
      return std::nullopt;
    case item_field::title:
      return set_text(out.title, name, value);
    case item_field::category:
      return set_text(out.category, name, value);
    case item_field::brand:
      return set_text(out.brand, name, value);
    case item_field::description:
      return set_text(out.description, name, value);
    case item_field::img_url:
      return set_text(out.img_url, name, value);
    case item_field::price:
      return set_number(out.price, name, value);
    case item_field::avg_star:
      return set_number(out.avg_star, name, value);
    case item_field::num_sold_time:
      return set_number(out.num_sold_time, name, value);
  }
  return std::nullopt;
}

std::optional<row_problem> set_item_attribute(item& out, const std::string& name, const cell& value,
                                              text_attributes texts) {
  if (is_empty(value)) return std::nullopt;
  if (const auto* number = std::get_if<double>(&value); number != nullptr && !std::isfinite(*number)) {
    // Tables write NaN for what they do not know.
    if (std::isnan(*number)) return std::nullopt;
    return row_problem{"bad_number", name + ": the number is not finite; give one below 1.8e308"};
  }
  auto attribute = attribute_of(value, texts);
  if (const auto* text = std::get_if<std::string>(&attribute); text != nullptr && !is_utf8(*text)) {
    return row_problem{"bad_text", name + ": " + in_quotes(*text) + " is not UTF-8; save the file as UTF-8"};
  }
  out.attributes.insert_or_assign(name, std::move(attribute));
  return std::nullopt;
}

parsed_item item_row_parser::parse(std::span<const cell> cells) const {
  item out;
  for (std::size_t field = 0; field < item_fields_count; ++field) {
    if (!columns_.fields[field]) continue;
    if (auto problem = set_item_field(out, item_field(field), cells[*columns_.fields[field]]))
      return *std::move(problem);
  }
  if (const auto bad = check_id("item_id", out.item_id)) return row_problem{to_string(bad->reason), bad->message};
  for (const std::size_t column : columns_.attributes) {
    if (auto problem = set_item_attribute(out, names_[column], cells[column], texts_)) return *std::move(problem);
  }
  const auto availability = read_availability(out);
  if (const auto* bad = std::get_if<row_problem>(&availability)) return *bad;
  return out;
}

}  // namespace freshet
