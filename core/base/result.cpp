#include "core/base/result.hpp"

namespace freshet {

std::string_view to_string(error_code code) {
  switch (code) {
    case error_code::invalid_argument:
      return "invalid_argument";
    case error_code::not_found:
      return "not_found";
    case error_code::conflict:
      return "conflict";
    case error_code::corrupted:
      return "corrupted";
    case error_code::unsupported:
      return "unsupported";
    case error_code::io_failure:
      return "io_failure";
    case error_code::unavailable:
      return "unavailable";
    case error_code::out_of_range:
      return "out_of_range";
    case error_code::exhausted:
      return "exhausted";
    case error_code::cancelled:
      return "cancelled";
    case error_code::not_positive_definite:
      return "not_positive_definite";
  }
  return "unknown";
}

error in_context(std::string_view context, error cause) {
  cause.message.insert(0, std::string(context) + ": ");
  return cause;
}

}  // namespace freshet
