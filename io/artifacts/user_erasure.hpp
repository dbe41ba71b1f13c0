// What:   takes users out of every model version under an artifacts root, those that the registry names elsewhere too:
//         their rows of the arrays of users become zeros, their entries in user_mapping.json go.
// How:    a model that knows one of them is rebuilt beside its place, unchanged files as links, and exchanged in one
//         step: whoever loads it meanwhile reads the old files or the new ones. Checksums are those of the new files.
// Why:    the row stays, without a name, so that no other user's row moves.
// Errors: corrupted for a model whose mapping cannot be read: it may hold them, so that nobody can say that it does
//         not; io_failure. Repeating it is harmless.
// Cost:   reads every user mapping; copies the arrays of users of models that change.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "core/base/result.hpp"

namespace freshet {

struct model_erasure {
  /// Directories that changed.
  std::uint64_t models{};
  /// Rows in all of them together.
  std::uint64_t rows{};
};
/// Whether a user is to go. Errors end the erasure: who may have to go must not stay unnoticed.
using user_to_erase = std::function<result<bool>(std::string_view user_id)>;
[[nodiscard]] result<model_erasure> erase_users_from_models(const std::filesystem::path& artifacts,
                                                            const user_to_erase& is_erased);

}  // namespace freshet
