// `freshet version`: the program and what it is built with, for bug reports.
#include <cstdio>

#include "tools/freshet/command.hpp"

namespace freshet::tools {

namespace {

int print_version() {
  std::printf("freshet %s\n", FRESHET_VERSION);
  return exit_ok;
}

}  // namespace

void add_version(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "version", "The program's version and those of its libraries.", "freshet version --json");
  command.callback([&call] { call.run = print_version; });
}

}  // namespace freshet::tools
