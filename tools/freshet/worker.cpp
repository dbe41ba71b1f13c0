#include <memory>

#include "tools/freshet/command.hpp"
#include "tools/freshet/running_service.hpp"

namespace freshet::tools {

void add_worker(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "worker",
                              "Takes events in and folds them in like `serve`, without HTTP on the network: files that "
                              "arrive in the incremental "
                              "directory, the topic with --kafka, and what other commands hand over. Owns the "
                              "database, so it is for one that no "
                              "service owns: a running `serve` does all of this itself. Trains nothing by itself.",
                              "freshet worker --model-dir artifacts/cf --db data/recsys.db --interval 60\n"
                              "  freshet worker --db data/recsys.db --kafka localhost:9092 --topic shop.events\n"
                              "  freshet ctl status --url unix:data/recsys.db/owner.sock");
  auto flags = std::make_shared<setting_flags>(command);
  add_service_flags(*flags);
  flags->add("--interval", "worker.interval_seconds",
             "Seconds between looks at the incremental directory where the system tells of no changes (60)");
  flags->add("--batch-size", "kafka.batch_records_max", "Most records that are written to the database at once (1000)");
  flags->add("--threads", "worker.threads", "Threads of the actors (8, at most what the machine has)");
  command.callback([&call, flags] {
    call.run = [&call, flags] { return run_service(call, {"worker", engine_role::worker, flags->given()}); };
  });
}

}  // namespace freshet::tools
