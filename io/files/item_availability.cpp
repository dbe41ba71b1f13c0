#include "io/files/item_availability.hpp"

#include <cmath>
#include <string>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"

namespace freshet {
namespace {

std::string shown(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return in_quotes(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  std::string out;
  append_json_number(out, std::get<double>(value));
  return out;
}

std::optional<bool> flag_of(const attribute_value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* number = std::get_if<double>(&value); number != nullptr && (*number == 0 || *number == 1)) {
    return *number == 1;
  }
  return std::nullopt;
}

std::optional<unix_seconds> time_of(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return parse_timestamp(*text);
  const auto* number = std::get_if<double>(&value);
  if (number == nullptr || !(std::abs(*number) < 0x1p62)) return std::nullopt;
  return from_epoch_number(static_cast<std::int64_t>(std::floor(*number)));
}

std::optional<row_problem> read_time(const item& value, const char* name, std::optional<unix_seconds>& out) {
  const auto at = value.attributes.find(name);
  if (at == value.attributes.end()) return std::nullopt;
  out = time_of(at->second);
  if (out) return std::nullopt;
  return row_problem{"bad_time", std::string(name) + ": " + shown(at->second) +
                                     " is not a time; give unix seconds or RFC 3339, as \"2026-11-23T10:15:00Z\""};
}

}  // namespace

std::variant<item_availability, row_problem> read_availability(const item& value) {
  item_availability found;
  if (const auto at = value.attributes.find("hidden"); at != value.attributes.end()) {
    const auto hidden = flag_of(at->second);
    if (!hidden) {
      return row_problem{"bad_flag", "hidden: " + shown(at->second) + " is neither true nor false"};
    }
    found.hidden = *hidden;
  }
  if (auto problem = read_time(value, "available_from", found.from)) return *std::move(problem);
  if (auto problem = read_time(value, "available_until", found.until)) return *std::move(problem);
  if (found.from && found.until && *found.until <= *found.from) {
    return row_problem{"bad_time", "available_until: " + to_rfc3339(*found.until) + " is not after available_from " +
                                       to_rfc3339(*found.from) + "; to hide the item set hidden to true"};
  }
  return found;
}

}  // namespace freshet
