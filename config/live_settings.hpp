// What: takes over settings that were read again while the service runs: those marked live.
#pragma once

#include <string>
#include <vector>

#include "config/options.hpp"

namespace freshet {

struct reread_settings {
  /// Keys whose new value is in force now.
  std::vector<std::string> taken;
  /// Keys whose new value waits for a restart.
  std::vector<std::string> waiting;
};

/// Sets every live setting of `running` to its value in `changed`.
reread_settings take_live_settings(options& running, const options& changed);

/// "server.port, logging.level", or "nothing".
[[nodiscard]] std::string in_words(const std::vector<std::string>& keys);

}  // namespace freshet
