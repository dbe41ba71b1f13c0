#include <csignal>
#include <cstdio>
#include <exception>

#include "core/linalg/blas_kernels.hpp"
#include "core/linalg/blas_threads.hpp"
#include "tools/freshet/command.hpp"

namespace {

using add_command = void (*)(CLI::App&, freshet::tools::invocation&);

// One line a command, in the order of the help.
constexpr add_command commands[] = {
    freshet::tools::add_generate,        freshet::tools::add_ingest,
    freshet::tools::add_stream_ingest,   freshet::tools::add_export,
    freshet::tools::add_inspect,         freshet::tools::add_produce,
    freshet::tools::add_train,           freshet::tools::add_train_hybrid,
    freshet::tools::add_optimize,        freshet::tools::add_evaluate,
    freshet::tools::add_evaluate_hybrid, freshet::tools::add_serve,
    freshet::tools::add_worker,          freshet::tools::add_ctl,
    freshet::tools::add_model,           freshet::tools::add_gdpr,
    freshet::tools::add_configure,       freshet::tools::add_backup,
    freshet::tools::add_restore,         freshet::tools::add_check_config,
    freshet::tools::add_loadtest,        freshet::tools::add_analyze,
    freshet::tools::add_version,
};

constexpr const char* examples = R"(A first run, from nothing to recommendations:
  freshet generate --users 1000 --items 500 --output shop
  freshet ingest shop/events.csv shop/items.csv --db data/recsys.db
  freshet train als --db data/recsys.db --output artifacts/cf --register
  freshet serve --model-dir artifacts/cf --db data/recsys.db --port 8000

Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration.
`freshet COMMAND --help` explains a command and shows an example.)";

int run(int argc, char** argv) {
  CLI::App app{"Recommendations as fresh as the last event.", "freshet"};
  app.set_version_flag("--version", std::string("freshet ") + FRESHET_VERSION);
  app.require_subcommand(1);
  app.footer(examples);
  freshet::tools::invocation call;
  for (const auto add : commands) add(app, call);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& why) {
    return app.exit(why) == 0 ? freshet::tools::exit_ok : freshet::tools::exit_usage;
  }
  return call.run();
}

}  // namespace

int main(int argc, char** argv) {
  freshet::end_idle_blas_threads();
  freshet::choose_blas_kernels();
  // A reader that closes the pipe, or a client that goes away, is an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const std::exception& unexpected) {
    std::fprintf(stderr, "freshet: %s\n", unexpected.what());
    return freshet::tools::exit_failed;
  }
}
