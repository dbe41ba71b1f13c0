// What:   members of a guide request's body as values, with the words and types of pydantic where they are not: clients
//         of FastAPI match on them.
// Errors: appended to a list of complaints; the value stays as it was. Unknown members are nobody's complaint.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "io/http/json_body.hpp"
#include "io/http/message.hpp"
#include "io/http/problem.hpp"

namespace freshet::http {

using complaints = std::vector<field_problem>;

/// The body, or the finished 415 or 422.
[[nodiscard]] std::variant<boost::json::object, response> read_guide_body(const request& in);

void complain(complaints& list, std::string_view member, std::string msg, std::string type);

/// The id of a user or an item.
[[nodiscard]] std::optional<json_id> read_id(const boost::json::value& given, std::vector<std::string> loc,
                                             complaints& list);
/// The same of a member, which must be there.
[[nodiscard]] std::optional<json_id> read_required_id(const boost::json::object& body, std::string_view member,
                                                      complaints& list);
/// 1..topk_max
void read_topk(const boost::json::object& body, std::int64_t topk_max, std::size_t& out, complaints& list);
void read_flag(const boost::json::object& body, std::string_view member, bool& out, complaints& list);
/// A flag as pydantic reads it: also "off", 0 and the like.
[[nodiscard]] std::optional<bool> as_flag(const boost::json::value& given);

/// `filter_params` in the filter grammar. A list means any of its values, a scalar equality, null and an empty list
/// nothing; price_min, price_max and min_rating are bounds; product_id and product_name are what the answer calls so.
/// Whether an item has any other name is found when the condition is evaluated.
void read_filter_params(const boost::json::object& body, std::string& filter, complaints& list);

}  // namespace freshet::http
