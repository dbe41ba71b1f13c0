#include "io/files/column_map.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace freshet {
namespace {

constexpr auto item_field_names = std::to_array<std::string_view>(
    {"item_id", "title", "category", "brand", "description", "img_url", "price", "avg_star", "num_sold_time"});

std::vector<std::string_view> event_field_names() {
  std::vector<std::string_view> names;
  for (std::size_t field = 0; field < event_fields_count; ++field) names.push_back(to_string(event_field(field)));
  return names;
}

template <class Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

error refuse(const std::string& why) {
  return error{error_code::invalid_argument, why};
}

result<column_map> parse_columns(std::string_view text, std::span<const std::string_view> fields,
                                 std::string_view example) {
  column_map map;
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find(','));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    const auto middle = pair.find('=');
    if (middle == 0 || middle == std::string_view::npos || middle + 1 == pair.size()) {
      return refuse(in_quotes(pair) + " is not field=column; give for example " + std::string(example));
    }
    const auto field = pair.substr(0, middle);
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) {
      return refuse(in_quotes(field) + " is not a field; the fields are " + joined(fields));
    }
    if (!map.emplace(field, pair.substr(middle + 1)).second) {
      return refuse("the field " + std::string(field) + " is mapped twice; map it once");
    }
  }
  return map;
}

/// Finds columns by name and complains in the words of the command line.
class column_finder {
 public:
  column_finder(std::span<const std::string> columns, const column_map& map, std::string_view file,
                std::string_view flag)
      : columns_(columns), map_(map), file_(file), flag_(flag) {}

  /// What the map says, else `names` in their order among the columns that no mapping takes.
  result<std::optional<std::size_t>> find(const std::string& field, std::span<const std::string_view> names) const {
    if (const auto mapped = map_.find(field); mapped != map_.end()) {
      FRESHET_ASSIGN(const auto column, place_of(mapped->second));
      if (column) return column;
      return refuse(std::string(file_) + " has no column " + in_quotes(mapped->second) + " for " + field + "; it has " +
                    joined(columns_));
    }
    for (const auto name : names) {
      if (is_mapped(name)) continue;
      FRESHET_ASSIGN(const auto column, place_of(name));
      if (column) return column;
    }
    return std::optional<std::size_t>();
  }
  error missing(const std::string& field) const {
    return refuse(std::string(file_) + " has no column " + field + "; it has " + joined(columns_) +
                  "; name the right one with " + std::string(flag_) + " " + field + "=COLUMN");
  }

 private:
  result<std::optional<std::size_t>> place_of(std::string_view name) const {
    const auto found = std::find(columns_.begin(), columns_.end(), name);
    if (found == columns_.end()) return std::optional<std::size_t>();
    if (std::find(found + 1, columns_.end(), name) != columns_.end()) {
      return refuse(std::string(file_) + " has two columns " + in_quotes(name) + "; rename one");
    }
    return std::optional(static_cast<std::size_t>(found - columns_.begin()));
  }
  bool is_mapped(std::string_view column) const {
    return std::any_of(map_.begin(), map_.end(), [&](const auto& pair) { return pair.second == column; });
  }

  std::span<const std::string> columns_;
  const column_map& map_;
  std::string_view file_;
  std::string_view flag_;
};

}  // namespace

result<column_map> parse_event_columns(std::string_view text) {
  return parse_columns(text, event_field_names(), "user_id=CustomerID,item_id=StockCode,ts=InvoiceDate,qty=Quantity");
}

result<column_map> parse_item_columns(std::string_view text) {
  return parse_columns(text, item_field_names, "item_id=StockCode,title=Description,price=UnitPrice");
}

result<event_columns> bind_event_columns(std::span<const std::string> columns, const column_map& map,
                                         std::string_view file) {
  const column_finder finder(columns, map, file, "--event-columns");
  event_columns bound;
  for (std::size_t field = 0; field < event_fields_count; ++field) {
    const auto canonical = to_string(event_field(field));
    std::vector<std::string_view> names{canonical};
    for (const auto& spelling : event_spellings()) {
      if (spelling.field == event_field(field)) names.push_back(spelling.name);
    }
    FRESHET_ASSIGN(bound[field], finder.find(std::string(canonical), names));
  }
  for (const auto needed : {event_field::user_id, event_field::item_id, event_field::ts}) {
    if (!bound[static_cast<std::size_t>(needed)]) return finder.missing(std::string(to_string(needed)));
  }
  return bound;
}

std::string_view to_string(item_field field) {
  return item_field_names[static_cast<std::size_t>(field)];
}

std::optional<item_field> find_item_field(std::string_view name) {
  const auto found = std::find(item_field_names.begin(), item_field_names.end(), name);
  if (found == item_field_names.end()) return std::nullopt;
  return item_field(found - item_field_names.begin());
}

result<item_columns> bind_item_columns(std::span<const std::string> columns, const column_map& map,
                                       std::span<const std::string> ignored, std::string_view file) {
  const column_finder finder(columns, map, file, "--item-columns");
  item_columns bound;
  std::vector<bool> is_taken(columns.size());
  for (std::size_t field = 0; field < item_fields_count; ++field) {
    FRESHET_ASSIGN(bound.fields[field],
                   finder.find(std::string(item_field_names[field]), {&item_field_names[field], 1}));
    if (bound.fields[field]) is_taken[*bound.fields[field]] = true;
  }
  if (!bound.fields[static_cast<std::size_t>(item_field::item_id)]) return finder.missing("item_id");
  for (std::size_t column = 0; column < columns.size(); ++column) {
    // A column without a name, as data frames write their index, could not be filtered on; one that is called like a
    // field, although another column was mapped to it, would be taken for that field later.
    const auto& name = columns[column];
    const bool is_ignored = std::find(ignored.begin(), ignored.end(), name) != ignored.end();
    if (!is_taken[column] && !is_ignored && !name.empty() && !find_item_field(name)) bound.attributes.push_back(column);
  }
  return bound;
}

}  // namespace freshet
