// What: what the routes of control answer, for people. Internal to `freshet ctl`.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

namespace freshet::tools {

using printer = void (*)(const boost::json::object& answer);
/// How the answer to a command is shown: the status as tables, tasks and trials as lines, others member by member.
[[nodiscard]] printer printer_of(std::string_view command);

}  // namespace freshet::tools
