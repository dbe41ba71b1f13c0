// What: the real program in a process of its own, for tests of promises: start it, signal it, read what it printed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace freshet::testing {

class child_process {
 public:
  /// Starts `arguments[0]`; standard output and error go to the files `<name>.out` and `<name>.err` in `directory`,
  /// which is also its working directory.
  child_process(std::vector<std::string> arguments, const std::filesystem::path& directory, const std::string& name);
  /// SIGKILL, if it still runs.
  ~child_process();
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  void signal(int number) const;
  bool running();
  pid_t pid() const { return pid_; }
  /// Exit code; 128 + signal when a signal ended it; -1 when it still runs after `timeout`.
  int wait(std::chrono::milliseconds timeout);
  std::string output() const;
  std::string errors() const;

 private:
  std::filesystem::path base_;
  pid_t pid_ = -1;
  int exit_code_ = -1;
};

/// A process that this one has started, once there is one.
pid_t await_child_of(pid_t process);

struct command_result {
  int exit_code{};
  std::string output;
  std::string errors;
};
/// Runs `freshet` with these arguments in `directory`, at most two minutes.
command_result run_freshet(const std::vector<std::string>& arguments, const std::filesystem::path& directory);

}  // namespace freshet::testing
