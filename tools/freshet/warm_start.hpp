// What: the factors of a model trained before, in the rows of new data: where training then begins.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/models/trainer.hpp"
#include "io/artifacts/model_directory.hpp"

namespace freshet::tools {

/// Errors: unsupported, saying why, where the family cannot begin with that model: another family, another number of
/// factors, or one that always begins anew.
[[nodiscard]] result<warm_start> warm_start_from(const loaded_model& before, const trainer& family,
                                                 const parameters& completed, const std::vector<std::string>& item_ids,
                                                 const std::vector<std::string>& user_ids);

}  // namespace freshet::tools
