// What:   POST /v1/control/snapshot: a backup by the running service.
// Body:   {"to": "/absolute/directory", "keep_days": 30, "configuration": {"serving.yaml": "text", ...}}. The directory
//         must be there; names of files are plain. `keep_days` 0 prunes nothing; default 30.
// Errors: 422 for a body that is no such object, or a place that cannot be used.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/http/message.hpp"

namespace freshet::http {

struct snapshot_request {
  std::string to;
  std::uint32_t keep_days = 30;
  /// Name and text.
  std::vector<std::pair<std::string, std::string>> configuration;
};
/// The request, or the finished answer.
[[nodiscard]] std::variant<snapshot_request, response> parse_snapshot(const request& in);

}  // namespace freshet::http
