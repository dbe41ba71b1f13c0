// What:   a JSON document changed by another: members that are null are removed, objects are merged, all else replaces.
// Source: RFC 7396, section 2.
#pragma once

#include <boost/json/value.hpp>

namespace freshet::http {

void merge_patch(boost::json::value& target, const boost::json::value& patch);

}  // namespace freshet::http
