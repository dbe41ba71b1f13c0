// What: whether a user is answered by the model and whether the operations guide calls the user trainable.
// Rule: enough events of which one is a taste for an item of the model: by fold-in. No event, but a row of its own in
//       the model: by that row. Anybody else is cold and gets a fallback list.
#pragma once

#include <cstddef>

namespace freshet {

/// Interactions from which on the operations guide calls a user trainable.
inline constexpr std::size_t trainable_from = 2;

struct user_facts {
  std::size_t events{};
  /// One of the model's items has a strength above 0.
  bool has_taste{};
  /// The model has a row for this user.
  bool is_trained{};
  /// The setting fallback.fold_in_from.
  std::size_t fold_in_from{};
};

struct user_standing {
  bool cold{};
  bool trainable{};
};

inline user_standing standing_of(const user_facts& user) {
  if (user.events >= user.fold_in_from && user.has_taste) return {false, user.events >= trainable_from};
  if (user.events == 0 && user.is_trained) return {false, true};
  return {true, false};
}

}  // namespace freshet
