#include "io/http/merge_patch.hpp"

namespace freshet::http {

void merge_patch(boost::json::value& target, const boost::json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = boost::json::object(target.storage());
  for (const auto& [name, change] : patch.get_object()) {
    if (change.is_null()) {
      target.get_object().erase(name);
    } else {
      merge_patch(target.get_object()[name], change);
    }
  }
}

}  // namespace freshet::http
