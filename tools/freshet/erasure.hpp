// What:   forgets users: through the service that owns the database, or in the database, the models and the log files
//         themselves.
// Returns: the receipt as JSON (io/http/erasure_api.hpp), when everything is done.
// Errors: what the service, the store, the artifacts or the audit log said; repeating it does the rest.
#pragma once

#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet::tools {

[[nodiscard]] result<std::string> erase_users(const options& settings, const std::vector<std::string>& user_ids);

}  // namespace freshet::tools
