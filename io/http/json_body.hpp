// What:   the body of a request as a JSON object, and scalars out of it.
// Errors: wrong_type (415) when the content type is another one; the other kinds are bodies that are no JSON object.
//         A body without content type is taken for JSON, as FastAPI does.
// Limits: 32 levels of nesting. Numbers beyond a double are refused: the parser would read 1e999 as infinity.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "io/http/message.hpp"

namespace freshet::http {

/// "application/json": lower case, without parameters; empty when the request gives none.
[[nodiscard]] std::string media_type(const request& in);
/// application/json, or another type whose syntax is JSON ("+json").
[[nodiscard]] bool is_json_type(std::string_view type);

struct body_failure {
  enum class kind { wrong_type, empty, not_json, not_an_object };
  kind what{};
  std::string sentence;
};
[[nodiscard]] std::variant<boost::json::object, body_failure> read_json_object(const request& in);

/// An id given as a JSON string or integer.
struct json_id {
  std::string text;
  bool is_number = false;
};
[[nodiscard]] std::optional<json_id> as_id(const boost::json::value& value);
/// An integer, also where it is written 10.0.
[[nodiscard]] std::optional<std::int64_t> as_integer(const boost::json::value& value);
/// The value for a sentence; long ones are cut.
[[nodiscard]] std::string shown(const boost::json::value& value);

}  // namespace freshet::http
