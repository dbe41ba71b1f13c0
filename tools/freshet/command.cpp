#include "tools/freshet/command.hpp"

#include <cstdio>

namespace freshet::tools {

namespace {

void print_failure(std::string_view command, const error& why) {
  std::fprintf(stderr, "freshet %.*s: %s\n", static_cast<int>(command.size()), command.data(), why.message.c_str());
}

}  // namespace

settings_sources sources_of(const invocation& call, const std::map<std::string, std::string>& flags) {
  settings_sources sources{flags, process_environment(), ".env", {}};
  sources.files.assign(call.config_files.begin(), call.config_files.end());
  if (!call.log_level.empty()) sources.flags["logging.level"] = call.log_level;
  return sources;
}

void print_warnings(const loaded_settings& loaded) {
  for (const auto& sentence : loaded.warnings) std::fprintf(stderr, "freshet: warning: %s\n", sentence.c_str());
}

result<options> load_options(const invocation& call, const std::map<std::string, std::string>& flags) {
  FRESHET_ASSIGN(auto loaded, load_settings(sources_of(call, flags)));
  print_warnings(loaded);
  return std::move(loaded.values);
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
