#include "io/events/event_validation.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "core/base/text.hpp"
#include "io/events/timestamp.hpp"

namespace freshet {

std::string_view to_string(rejection_reason reason) {
  switch (reason) {
    case rejection_reason::not_json:
      return "not_json";
    case rejection_reason::not_an_object:
      return "not_an_object";
    case rejection_reason::missing_field:
      return "missing_field";
    case rejection_reason::bad_id:
      return "bad_id";
    case rejection_reason::bad_number:
      return "bad_number";
    case rejection_reason::bad_time:
      return "bad_time";
    case rejection_reason::bad_type:
      return "bad_type";
    case rejection_reason::not_stored:
      return "not_stored";
    case rejection_reason::repeated_field:
      return "repeated_field";
  }
  return "unknown";
}

std::optional<rejection> check_id(std::string_view field, std::string_view id) {
  const auto refuse = [&](const std::string& why) {
    return rejection{rejection_reason::bad_id, std::string(field) + ": " + why};
  };
  if (id.empty()) return refuse("is empty; give 1 to 256 bytes");
  if (id.size() > id_bytes_max) {
    return refuse(in_quotes(id) + " has " + std::to_string(id.size()) + " bytes; give at most 256");
  }
  if (has_control_characters(id)) return refuse(in_quotes(id) + " holds a control character; remove it");
  if (!is_utf8(id)) return refuse(in_quotes(id) + " is not UTF-8; encode ids as UTF-8");
  return std::nullopt;
}

std::optional<rejection> check_optional_id(std::string_view field, std::string_view id) {
  if (id.empty()) return std::nullopt;
  return check_id(field, id);
}

std::optional<rejection> check_time(std::string_view field, unix_seconds ts, unix_seconds now) {
  const auto refuse = [&](std::string_view why) {
    return rejection{rejection_reason::bad_time, std::string(field) + ": " + to_rfc3339(ts) + " " + std::string(why) +
                                                     "; give unix seconds, unix milliseconds or RFC 3339"};
  };
  if (ts < event_time_earliest) return refuse("lies before 1990");
  if (ts > now + event_time_ahead_max) return refuse("lies more than a day ahead");
  return std::nullopt;
}

std::optional<rejection> check_value(std::string_view field, double value) {
  const auto refuse = [&](std::string_view why) {
    return rejection{rejection_reason::bad_number, std::string(field) + ": " + std::string(why)};
  };
  if (!std::isfinite(value) || value > static_cast<double>(std::numeric_limits<float>::max())) {
    return refuse("is not a finite number of single precision; give 0 to 3.4e38");
  }
  if (value < 0) {
    std::string number;
    append_json_number(number, value);
    return refuse(number + " is negative; give 0 or more (a return is a negative qty)");
  }
  return std::nullopt;
}

std::variant<std::monostate, rejection> validate(const event& candidate, const clock& time) {
  if (auto bad = check_id("user_id", candidate.user_id)) return *std::move(bad);
  if (auto bad = check_id("item_id", candidate.item_id)) return *std::move(bad);
  if (auto bad = check_time("ts", candidate.ts, time.now_seconds())) return *std::move(bad);
  if (candidate.value) {
    if (auto bad = check_value("value", static_cast<double>(*candidate.value))) return *std::move(bad);
  }
  const std::array<std::pair<std::string_view, std::string_view>, 4> optional_ids{
      {{"event_type", candidate.event_type},
       {"event_id", candidate.event_id},
       {"session_id", candidate.session_id},
       {"recommendation_id", candidate.recommendation_id}}};
  for (const auto& [name, id] : optional_ids) {
    if (auto bad = check_optional_id(name, id)) return *std::move(bad);
  }
  return std::monostate{};
}

}  // namespace freshet
