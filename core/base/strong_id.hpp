// What: integer ids that cannot be mixed up, and their way back to integers.
// Why:  a row of a model, a number of the store's dictionary and a partition are all small integers;
//       the compiler must tell them apart.
#pragma once

#include <cstdint>
#include <type_traits>

namespace freshet {

/// Number of a user in the store's dictionary; dense from 0, never reused.
enum class user_index : std::uint32_t {};
/// Number of an item in the store's dictionary; dense from 0, never reused. Every model's rows map to it.
enum class item_index : std::uint32_t {};
/// Row of an item in one model's matrices.
enum class item_row : std::uint32_t {};
/// Row of a user in one model's matrices.
enum class user_row : std::uint32_t {};

template <class Id>
requires std::is_enum_v<Id>
constexpr auto to_integer(Id id) {
  return static_cast<std::underlying_type_t<Id>>(id);
}

}  // namespace freshet
