// What:   members of a /v1 request's body as values, with the problem of the surface when they are not.
// Errors: 422 for another type, 400 for what is out of range and for an unknown member, with the nearest known: a
//         misspelt member would silently not do what its author wants.
// Rule:   null is as if the member were not there; then the value stays as it was.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/http/message.hpp"
#include "io/http/parameters.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {

/// One object of a body, and where it stands in sentences: "" for the body itself, "history[3]." for an entry.
struct v1_object {
  const boost::json::object& members;
  const request& in;
  std::string place = {};
};

/// The body, or the finished 400 or 415.
[[nodiscard]] std::variant<boost::json::object, response> read_v1_body(const request& in);

[[nodiscard]] response refuse_unknown(std::string_view name, const std::vector<std::string>& known, const request& in);
[[nodiscard]] refusal check_members(const v1_object& from, const std::vector<std::string>& known);

/// Null when it is not there.
[[nodiscard]] const boost::json::value* find_member(const v1_object& from, std::string_view name);
[[nodiscard]] refusal read_member(const v1_object& from, std::string_view name, bool& out);
[[nodiscard]] refusal read_member(const v1_object& from, std::string_view name, std::string& out);
[[nodiscard]] refusal read_member(const v1_object& from, std::string_view name, integer_range allowed,
                                  std::size_t& out);
/// A number above `above`, or equal to it where that is `included`, up to `max`.
struct factor_range {
  double min;
  bool min_included;
  double max;
};
[[nodiscard]] refusal read_member(const v1_object& from, std::string_view name, const factor_range& allowed,
                                  float& out);
/// Any form of timestamp.hpp, from 1990 on.
[[nodiscard]] refusal read_time(const v1_object& from, std::string_view name, std::optional<unix_seconds>& out);
/// A user's or item's id, as a string or an integer; `id` stays empty when it is not there.
[[nodiscard]] refusal read_id(const v1_object& from, std::string_view name, std::string& id, bool& is_number);
/// At most `ids_max` ids of items.
[[nodiscard]] refusal read_ids(const v1_object& from, std::string_view name, std::size_t ids_max,
                               std::vector<std::string>& out);

/// Names of metadata, each once. No name is wrong: of what an item does not have, an answer says null.
inline constexpr std::size_t fields_max = 100;
[[nodiscard]] refusal check_fields(std::vector<std::string>& names, const request& in);
[[nodiscard]] refusal read_fields(const v1_object& from, std::optional<std::vector<std::string>>& out);

/// An anonymous history of at most 1,000 entries.
[[nodiscard]] refusal read_history(const v1_object& from, std::vector<history_entry>& out);
[[nodiscard]] refusal read_boosts(const v1_object& from, std::vector<score_boost>& out);

}  // namespace freshet::http
