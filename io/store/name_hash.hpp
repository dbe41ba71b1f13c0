// What: hash maps and sets keyed by names, found by string_view without a copy.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <functional>
#include <string_view>

#include "core/base/hash.hpp"

namespace freshet {

struct name_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const { return hash64(name); }
};

/// `Name` is std::string, or std::string_view of bytes that outlive the map.
template <class Name, class Value>
using name_map = absl::flat_hash_map<Name, Value, name_hash, std::equal_to<>>;

}  // namespace freshet
