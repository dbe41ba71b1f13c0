// What:    another program in a process of its own, whose output is read line by line while it runs.
// Why:     what may run out of memory, hang or crash must not do so here.
// Ends:    killed when this object dies; a child whose parent died is ended by its next line of output (SIGPIPE).
// Errors:  io_failure when it cannot be started.
// Threads: one at a time.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace freshet {

class child_process {
 public:
  /// `arguments[0]` is what it calls itself. Its signals act as usual, whatever this process does with its own.
  static result<child_process> start(const std::string& program, const std::vector<std::string>& arguments);
  /// Where this program lies; also good for starting it once more when its file was deleted or replaced meanwhile.
  static std::string this_program();

  child_process(child_process&& other) noexcept;
  child_process& operator=(child_process&& other) noexcept;
  ~child_process();

  struct lines {
    std::vector<std::string> output;
    std::vector<std::string> errors;
  };
  /// Whole lines that arrived since the last call; never waits. After its end also what ends without a line break.
  lines read();

  struct ending {
    /// -1 when a signal ended it.
    int exit_code = -1;
    /// 0 when it left by itself.
    int signal = 0;
  };
  /// Nothing while it runs.
  std::optional<ending> ended();
  void signal(int number) const;

 private:
  /// One end of a pipe, and the line that is not complete yet.
  struct stream {
    int descriptor = -1;
    std::string rest;
  };
  child_process(pid_t pid, int output, int errors) : pid_(pid), output_{output, {}}, errors_{errors, {}} {}
  void read(stream& from, std::vector<std::string>& to) const;
  void close();

  pid_t pid_ = -1;
  std::optional<ending> ending_;
  stream output_;
  stream errors_;
};

}  // namespace freshet
