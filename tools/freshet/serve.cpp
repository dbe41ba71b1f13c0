#include <memory>

#include "tools/freshet/command.hpp"
#include "tools/freshet/running_service.hpp"

namespace freshet::tools {

void add_serve(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "serve",
                  "Ingests events, keeps users' queries current and answers recommendations over HTTP. Event "
                  "files that arrive in the incremental directory are taken in, too.",
                  "freshet serve --model-dir artifacts/cf --db data/recsys.db --port 8000");
  auto flags = std::make_shared<setting_flags>(command);
  add_service_flags(*flags);
  flags->add("--host", "server.host", "Address to listen on (127.0.0.1)");
  flags->add("--port", "server.port", "Port to listen on (8000)");
  flags->add("--workers", "server.workers", "Threads of the actors (4, at most what the machine has)");
  command.callback([&call, flags] {
    call.run = [&call, flags] { return run_service(call, {"serve", engine_role::service, flags->given()}); };
  });
}

}  // namespace freshet::tools
