// What: a service in this process, from its settings to its end: what `serve` and `worker` share.
// How:  signals: SIGTERM and SIGINT drain, a second one ends the process at once; SIGHUP rereads the settings. Tells
//       systemd (service_manager.hpp). Event files in the incremental directory are handed to the service through its
//       own socket, so that they take the way of every event.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "actors/engine.hpp"
#include "tools/freshet/command.hpp"

namespace freshet::tools {

/// Flags of a command that are settings by another name.
class setting_flags {
 public:
  explicit setting_flags(CLI::App& command) : command_(command) {}
  void add(const std::string& flag, const std::string& key, const std::string& explanation);
  /// Key -> value of the flags that were given.
  std::map<std::string, std::string> given() const;

 private:
  CLI::App& command_;
  /// Stays where it is: the parser writes into it.
  std::deque<std::pair<std::string, std::string>> values_;
};

/// --model-dir, --db, --incremental-dir, --kafka, --topic, --group.
void add_service_flags(setting_flags& flags);

struct service_command {
  std::string name;
  engine_role role = engine_role::service;
  std::map<std::string, std::string> flags;
};
/// Until it is stopped; the exit code.
int run_service(const invocation& call, const service_command& command);

}  // namespace freshet::tools
