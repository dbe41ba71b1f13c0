// What: what every command of `freshet` shares. One file a command: `add_<command>` declares flags and help, and sets
//       `run` when the command was chosen.
// How:  void add_inspect(CLI::App& app, invocation& call) {
//         auto& command = add_command(app, call, "inspect", "Counts of users, items and events.",
//                                     "freshet inspect --db data/recsys.db --json");
//         auto flags = std::make_shared<inspect_flags>();          // lives as long as the callback
//         command.add_option("--db", flags->db, "Database directory")
//         command.callback([&call, flags] { call.run = [&call, flags] { return inspect(call, *flags); }; });
//       }
// Exit: 0 ok, 1 failed, 2 usage, 78 bad configuration (EX_CONFIG of sysexits).
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/loader.hpp"
#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet::tools {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_bad_configuration = 78;

/// Flags that every command has, and the settings they led to.
struct invocation {
  std::vector<std::string> config_files;  // --config
  std::string log_level;                  // --log-level, empty = not given
  /// What the chosen command does; returns the exit code.
  std::function<int()> run;
};

/// Flags > environment > .env > YAML > defaults; `flags` holds "section.key" -> value of the command's own flags.
/// Settings without effect in this version are named on standard error.
[[nodiscard]] result<options> load_options(const invocation& call,
                                           const std::map<std::string, std::string>& flags = {});

/// What `load_options` reads: files of --config, the environment, .env of the working directory, flags.
[[nodiscard]] settings_sources sources_of(const invocation& call, const std::map<std::string, std::string>& flags);
/// The loader's warnings on standard error.
void print_warnings(const loaded_settings& loaded);

/// A subcommand with --config and --log-level, and an example under its help.
CLI::App& add_command(CLI::App& app, invocation& call, const std::string& name, const std::string& description,
                      const std::string& example);

/// Adds --config and --log-level to a command.
void add_common_flags(CLI::App& command, invocation& call);

/// "freshet ingest: <sentence>" on standard error; returns exit_failed.
int fail(std::string_view command, const error& why);

/// The same for what `load_options` refused; returns exit_bad_configuration.
int fail_configuration(std::string_view command, const error& why);

void add_analyze(CLI::App& app, invocation& call);
void add_backup(CLI::App& app, invocation& call);
void add_check_config(CLI::App& app, invocation& call);
void add_configure(CLI::App& app, invocation& call);
void add_ctl(CLI::App& app, invocation& call);
void add_evaluate(CLI::App& app, invocation& call);
void add_evaluate_hybrid(CLI::App& app, invocation& call);
void add_export(CLI::App& app, invocation& call);
void add_gdpr(CLI::App& app, invocation& call);
void add_generate(CLI::App& app, invocation& call);
void add_ingest(CLI::App& app, invocation& call);
void add_inspect(CLI::App& app, invocation& call);
void add_loadtest(CLI::App& app, invocation& call);
void add_model(CLI::App& app, invocation& call);
void add_optimize(CLI::App& app, invocation& call);
void add_produce(CLI::App& app, invocation& call);
void add_restore(CLI::App& app, invocation& call);
void add_serve(CLI::App& app, invocation& call);
void add_stream_ingest(CLI::App& app, invocation& call);
void add_train(CLI::App& app, invocation& call);
void add_train_hybrid(CLI::App& app, invocation& call);
void add_version(CLI::App& app, invocation& call);
void add_worker(CLI::App& app, invocation& call);

}  // namespace freshet::tools
