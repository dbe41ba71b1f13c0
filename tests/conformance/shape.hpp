// What:  whether JSON has the members and types that a document shows.
// Shape: JSON again, with the name of a type where a value stands: "string", "integer", "number", "boolean", "null",
//        "time" (RFC 3339), "any"; alternatives "string|null". An object has at least the members of its shape; a list
//        has one shape for all its elements and must not be empty, unless a second element says "or empty".
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace freshet::testing {

/// Every deviation is a failure of the test, with its place.
void expect_shape(const boost::json::value& value, std::string_view shape);

/// A body of the error kind: `detail` beside the members of RFC 9457.
void expect_problem(const boost::json::value& body, unsigned status, std::string_view detail);

}  // namespace freshet::testing
