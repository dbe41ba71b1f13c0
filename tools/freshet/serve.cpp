#include <pthread.h>

#include <csignal>
#include <functional>
#include <memory>
#include <thread>

#include "actors/engine.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/service_manager.hpp"

namespace freshet::tools {
namespace {

struct serve_flags {
  std::string model_dir;
  std::string db;
  std::string host;
  std::string port;
  std::string workers;
  std::string kafka;
  std::string topic;
  std::string group;
};

/// "section.key" -> value of the flags that were given.
std::map<std::string, std::string> given(const serve_flags& flags) {
  const std::pair<const char*, const std::string*> all[] = {
      {"model.dir", &flags.model_dir}, {"store.path", &flags.db},          {"server.host", &flags.host},
      {"server.port", &flags.port},    {"server.workers", &flags.workers}, {"kafka.brokers", &flags.kafka},
      {"kafka.topic", &flags.topic},   {"kafka.group", &flags.group},
  };
  std::map<std::string, std::string> set;
  for (const auto& [key, value] : all) {
    if (!value->empty()) set[key] = *value;
  }
  return set;
}

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

int serve(const invocation& call, const serve_flags& flags) {
  const auto settings = load_options(call, given(flags));
  if (!settings) return fail_configuration("serve", settings.failure());
  const auto manager = service_manager::from_environment();
  const auto watched = signal_watch::block();
  auto service = engine::start(*settings);
  if (!service) return fail("serve", service.failure());
  const std::string started = "serves " + settings->server.host + ":" + std::to_string((*service)->port());
  const auto reread = [&] {
    manager.reloading();
    if (const auto changed = load_options(call, given(flags))) {
      (*service)->reconfigure(*changed);
    } else {
      fail_configuration("serve", changed.failure());
    }
    manager.ready(started);
  };
  std::string reason;
  {
    const signal_watch signals(**service, watched, reread);
    {
      const watchdog_thread watchdog(manager, [&](auto timeout) { return (*service)->ask(timeout); });
      manager.ready(started);
      reason = (*service)->wait();
    }
    manager.stopping(reason);
    if ((*service)->stop()) return exit_ok;
  }
  return fail("serve", {error_code::cancelled, "stopped because of: " + reason});
}

}  // namespace

void add_serve(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "serve",
                              "Ingests events, keeps users' queries current and answers recommendations over HTTP.",
                              "freshet serve --model-dir artifacts/cf --db data/recsys.db --port 8000");
  auto flags = std::make_shared<serve_flags>();
  command.add_option(
      "--model-dir", flags->model_dir,
      "Artifacts root with registry.json, or one model directory; none yet = /v1 serves what is popular");
  command.add_option("--db", flags->db, "Database directory, made when it does not exist");
  command.add_option("--host", flags->host, "Address to listen on (127.0.0.1)");
  command.add_option("--port", flags->port, "Port to listen on (8000)");
  command.add_option("--workers", flags->workers, "Threads of the actors (4, at most what the machine has)");
  command.add_option("--kafka", flags->kafka, "Brokers to consume from; without it the embedded log is used");
  command.add_option("--topic", flags->topic, "Topic of the interaction events");
  command.add_option("--group", flags->group, "Consumer group");
  command.callback([&call, flags] { call.run = [&call, flags] { return serve(call, *flags); }; });
}

}  // namespace freshet::tools
