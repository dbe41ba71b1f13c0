// What: the commands to a running service by name, and which route each one is.
// Why:  the command line, HTTP and the control topic say the same things; a command is done in one place, its route.
// To add one: a line in the table, beside the route.
#pragma once

#include <array>
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

/// Where arguments go that the path does not name.
enum class argument_place { query, body };

/// An argument that need not be given.
struct command_option {
  enum class kind { text, number, object };
  std::string_view name = {};  // "" = none
  std::string_view description = {};
  kind what = kind::text;
};

struct control_command {
  std::string_view name;
  method verb{};
  /// "/v1/models/{id}/activate": {id} is the argument of that name.
  std::string_view path;
  std::string_view description;
  /// An argument for the path, as an example shows it; "" where the path needs none.
  std::string_view example;
  argument_place rest = argument_place::query;
  /// Arguments that are true or not given.
  std::string_view flag = {};
  std::array<command_option, 2> options = {};
};
[[nodiscard]] std::span<const control_command> control_commands();
/// Null for a name that is none.
[[nodiscard]] const control_command* find_control_command(std::string_view name);
/// The names of the {arguments} of its path.
[[nodiscard]] std::vector<std::string> path_arguments(const control_command& command);

/// The request that a command is: verb, target, body. Errors: invalid_argument for one that is missing, or that is no
/// text, number or boolean where it goes into the path or the query.
[[nodiscard]] result<request> make_request(const control_command& command, const boost::json::object& arguments);

}  // namespace freshet::http
