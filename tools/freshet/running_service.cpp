#include "tools/freshet/running_service.hpp"

#include <pthread.h>

#include <csignal>
#include <functional>
#include <memory>
#include <thread>

#include "tools/freshet/incremental_thread.hpp"
#include "tools/freshet/service_manager.hpp"

namespace freshet::tools {
namespace {

/// Takes the process's signals in a thread of its own, so that no other thread is interrupted by one.
class signal_watch {
 public:
  /// Before any thread is started: threads inherit the mask.
  static sigset_t block() {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&watched, each);
    pthread_sigmask(SIG_BLOCK, &watched, nullptr);
    return watched;
  }

  /// `reread` is done for SIGHUP.
  signal_watch(engine& service, const sigset_t& watched, std::function<void()> reread)
      : thread_([&service, watched, reread = std::move(reread)] { watch(service, watched, reread); }) {}
  ~signal_watch() {
    // SIGUSR1 ends the thread; nobody else has a use for it.
    pthread_kill(thread_.native_handle(), SIGUSR1);
    thread_.join();
  }
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

 private:
  static void watch(engine& service, const sigset_t& watched, const std::function<void()>& reread) {
    bool stopping = false;
    for (int number = 0; sigwait(&watched, &number) == 0;) {
      if (number == SIGUSR1) return;
      if (number == SIGHUP) {
        reread();
      } else if (std::exchange(stopping, true)) {
        // A second Ctrl-C: at once. Nothing accepted is lost, the store takes a kill at any moment.
        std::_Exit(128 + number);
      } else {
        service.request_stop(number == SIGINT ? "SIGINT" : "SIGTERM");
      }
    }
  }

  std::thread thread_;
};

/// The settings as the role wants them.
result<options> load_service_options(const invocation& call, const service_command& command) {
  FRESHET_ASSIGN(auto settings, load_options(call, command.flags));
  if (command.role == engine_role::worker) {
    settings.server.workers = settings.worker.threads;
    // Nobody is about to ask, and successors are trained where models serve.
    settings.warmup.enabled = false;
    settings.retrain.schedule.clear();
    settings.retrain.min_new_events = 0;
  }
  return settings;
}

/// With what to do where the same words are no help to whoever started a worker.
error explained(const service_command& command, error why) {
  if (command.role == engine_role::worker && why.code == error_code::conflict) {
    why.message += "; where that is `freshet serve`, it does a worker's work itself";
  }
  return why;
}

}  // namespace

void setting_flags::add(const std::string& flag, const std::string& key, const std::string& explanation) {
  auto& [name, value] = values_.emplace_back(key, "");
  command_.add_option(flag, value, explanation);
}

std::map<std::string, std::string> setting_flags::given() const {
  std::map<std::string, std::string> set;
  for (const auto& [key, value] : values_) {
    if (!value.empty()) set[key] = value;
  }
  return set;
}

void add_service_flags(setting_flags& flags) {
  flags.add("--model-dir", "model.dir",
            "Artifacts root with registry.json, or one model directory; none yet = /v1 serves what is popular");
  flags.add("--db", "store.path", "Database directory, made when it does not exist");
  flags.add("--incremental-dir", "worker.incremental_dir",
            "Event files that arrive here are taken in (incremental/ beside the database)");
  flags.add("--kafka", "kafka.brokers", "Brokers to consume from; without it the embedded log is used");
  flags.add("--topic", "kafka.topic", "Topic of the interaction events");
  flags.add("--group", "kafka.group", "Consumer group");
}

int run_service(const invocation& call, const service_command& command) {
  const auto settings = load_service_options(call, command);
  if (!settings) return fail_configuration(command.name, settings.failure());
  const auto manager = service_manager::from_environment();
  const auto watched = signal_watch::block();
  auto service = engine::start(*settings, command.role);
  if (!service) return fail(command.name, explained(command, service.failure()));
  const std::string started = command.role == engine_role::worker
                                  ? "works for " + settings->store.path
                                  : "serves " + settings->server.host + ":" + std::to_string((*service)->port());
  const auto reread = [&] {
    manager.reloading();
    if (const auto changed = load_service_options(call, command)) {
      (*service)->reconfigure(*changed);
    } else {
      fail_configuration(command.name, changed.failure());
    }
    manager.ready(started);
  };
  std::string reason;
  {
    const signal_watch signals(**service, watched, reread);
    {
      const incremental_thread incremental(*settings, (*service)->journal());
      const watchdog_thread watchdog(manager, [&](auto timeout) { return (*service)->ask(timeout); });
      manager.ready(started);
      reason = (*service)->wait();
    }
    manager.stopping(reason);
    if ((*service)->stop()) return exit_ok;
  }
  return fail(command.name, {error_code::cancelled, "stopped because of: " + reason});
}

}  // namespace freshet::tools
