#include "tools/freshet/command.hpp"

#include <cstdio>

namespace freshet::tools {

namespace {

void print_failure(std::string_view command, const error& why) {
  std::fprintf(stderr, "freshet %.*s: %s\n", static_cast<int>(command.size()), command.data(), why.message.c_str());
}

}  // namespace

result<options> load_options(const invocation&, const std::map<std::string, std::string>&) {
  return options{};
}

CLI::App& add_command(CLI::App& app, invocation& call, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App& command = *app.add_subcommand(name, description);
  command.footer("Example:\n  " + example);
  add_common_flags(command, call);
  return command;
}

void add_common_flags(CLI::App& command, invocation& call) {
  command
      .add_option("--config", call.config_files, "Configuration: YAML file or directory; may be given several times")
      ->type_name("FILE")
      ->take_all()
      ->expected(1);
  command.add_option("--log-level", call.log_level, "DEBUG, INFO, WARNING or ERROR (logging.level)")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"DEBUG", "INFO", "WARNING", "ERROR"}, CLI::ignore_case));
}

int fail(std::string_view command, const error& why) {
  print_failure(command, why);
  return exit_failed;
}

int fail_configuration(std::string_view command, const error& why) {
  print_failure(command, why);
  return exit_bad_configuration;
}

}  // namespace freshet::tools
