// What:   the plain files in which published splits come, line by line.
//         interactions: user,item[,strength][,ts][,session]   separated by commas or tabs; a first line that names
//         these
//                       columns gives another order or leaves some out; an empty cell is as good as none
//         lists:        name item item ...                    separated by spaces, tabs or commas
//         prefixes:     item item ... TAB item                what was done, and what came next
// Limits: no quotes, so ids hold no separator. A line of at most 1 MiB. Compressed files are read as they are.
// Errors: what cannot be read names the file and the line. A strength that is not finite and > 0 is an error: such a
//         file is not of this kind.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace freshet {

struct pair_line {
  std::string_view user;
  std::string_view item;
  float strength = 1;
  /// 0 = none.
  unix_seconds ts = 0;
  /// Empty = none.
  std::string_view session;
};

/// Texts are valid during the call.
[[nodiscard]] status read_pairs(const std::string& path, const std::function<void(const pair_line&)>& visit);

[[nodiscard]] status read_lists(
    const std::string& path,
    const std::function<void(std::string_view name, std::span<const std::string_view> items)>& visit);

/// `items` are at least one and the one that came next, which is the last of them.
[[nodiscard]] status read_prefixes(const std::string& path,
                                   const std::function<void(std::span<const std::string_view> items)>& visit);

}  // namespace freshet
