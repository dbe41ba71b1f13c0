// What:   models from their directories as one blend.
// Items:  the union of the parts' items, in the order of their first appearance; aligned_model.hpp says what a part
//         answers for an item that it does not know.
// Errors: as hybrid.hpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/models/hybrid/hybrid.hpp"
#include "io/artifacts/model_directory.hpp"

namespace freshet {

[[nodiscard]] std::vector<std::string> union_of_items(std::span<const loaded_model> parts);

/// The parts over the rows of `item_ids`. Errors: corrupted when one of them knows an item that is not there.
[[nodiscard]] result<std::vector<std::shared_ptr<const model>>> align_parts(std::span<const loaded_model> parts,
                                                                            const std::vector<std::string>& item_ids);

}  // namespace freshet
