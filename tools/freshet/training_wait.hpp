// What: follows a training that a running service does, until it ends: `freshet ctl train --wait`.
// How:  asks for its task again and again, by whatever way commands go, and shows its progress.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "tools/freshet/control_channel.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

inline constexpr int exit_refused = 3;
inline constexpr int exit_cancelled = 4;

struct training_wait {
  control_channel& service;
  stop_condition& stop;
  /// A service that does not answer for so long is given up.
  std::chrono::milliseconds patience{};
  /// The flags of `freshet ctl` that reach it: " --url http://127.0.0.1:8000".
  std::string way;
};
/// `task` as the service answered; the same when it has ended. Nothing = it was stopped to wait, and the training goes
/// on. Errors: of a service that answers no more, or has started anew since and knows nothing of it.
[[nodiscard]] result<std::optional<boost::json::object>> await_training(const training_wait& how,
                                                                        boost::json::object task);

/// 0 = succeeded, 1 = failed, exit_refused = by the quality gate, exit_cancelled.
[[nodiscard]] int exit_code_of(const boost::json::object& task);

}  // namespace freshet::tools
