// What: `freshet ctl verify`, the operations guide's checklist after a rollback: health passes, the model is the
//       expected one, caches are warm, sample recommendations are valid, latency and errors are within the targets.
// How:  asks the service as a client would; the last two are the service's own figures of the last minute, in which
//       these samples are.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/options.hpp"

namespace freshet::tools {

struct verify_flags {
  /// Empty = the registry's current one.
  std::string model_id;
  std::vector<std::string> users;
  int samples = 50;
};

/// Prints the six checks; returns the exit code.
int run_verify(const std::string& url, const std::string& api_key, std::chrono::milliseconds timeout,
               const targets_options& targets, const verify_flags& flags, bool as_json);

}  // namespace freshet::tools
