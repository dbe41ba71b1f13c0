// What:    a registered model as one file that can be carried to another service, and models taken in from outside.
// Archive: a little artifacts root: registry.json with the one model, and <type>/<version>/ with its files. Unpacked by
//          hand it can be served as it is.
// Import:  such an archive, an archive of one model directory, or a model directory: also one that a Python program
//          left, with bare U.npy, V.npy and either item_mapping.json, user_mapping.json or the shared
//          user_item_mappings.json ({"user_to_idx": {...}, "item_to_idx": {...}}).
// Safety:  what is imported is copied first, then the copy is checked (load_model), and only then moved to its place
//          below the root and registered; a failure leaves nothing behind.
// Ids:     version and id are kept where they are free, else the next version of today is taken.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "io/artifacts/registry.hpp"

namespace freshet {

/// To .tar.zst, .tar.gz or .tar, by the ending. Errors: those of load_model for a model that does not check out.
[[nodiscard]] status export_model(const registered_model& model, const std::filesystem::path& to);

struct import_order {
  std::filesystem::path source;
  /// user_item_mappings.json where it does not lie in the model's directory; empty = it does, or is not needed.
  std::filesystem::path mappings;
  bool activate = false;
  std::string by;
  std::filesystem::path audit_log = registry_audit_log;
};
struct imported_model {
  std::string model_id;
  std::filesystem::path directory;
  /// The id that it had and that was taken already; empty = it kept its own, or had none.
  std::string renamed_from;
};
[[nodiscard]] result<imported_model> import_model(const std::filesystem::path& root, const import_order& order,
                                                  const clock& time);

}  // namespace freshet
