// What: a hash map from strings that is asked with string_views, without making a string.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <string>
#include <string_view>

#include "core/base/hash.hpp"

namespace freshet {

struct string_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return hash64(text); }
};

template <class Value>
using string_map = absl::flat_hash_map<std::string, Value, string_hash, std::equal_to<>>;

}  // namespace freshet
