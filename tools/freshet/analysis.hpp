// What:   holds what a running service says of itself against the targets and says what to change.
// Why:    numbers do not say what to do; the operations guide's deployment_optimizer did.
// Rules:  a target is held against the last minute where it is about latency and errors, against everything since the
//         start where it is about caches and fallback lists, and against an estimate where it is about capacity. Where
//         there is too little to judge by, the finding says so instead of guessing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/options.hpp"
#include "tools/freshet/service_reading.hpp"

namespace freshet::tools {

enum class finding_level {
  ok,
  /// Nothing is wrong by the targets, but something should be changed.
  advice,
  /// A target is missed.
  missed,
};
[[nodiscard]] std::string_view to_string(finding_level level);

struct finding {
  finding_level level{};
  /// "latency p99", "cache response": what it is about.
  std::string about;
  /// "312 ms, target 200 ms".
  std::string seen;
  /// What to change and why; empty where nothing is to be done.
  std::string remedy;
};

[[nodiscard]] std::vector<finding> analyse(const service_reading& service, const targets_options& targets);

}  // namespace freshet::tools
