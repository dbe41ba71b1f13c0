// `freshet ctl`: commands to a running service, by HTTP or through Kafka.
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <thread>

#include "tools/freshet/command.hpp"
#include "tools/freshet/control_channel.hpp"
#include "tools/freshet/ctl_verify.hpp"
#include "tools/freshet/service_url.hpp"
#include "tools/freshet/status_table.hpp"
#include "tools/freshet/stop_request.hpp"
#include "tools/freshet/training_wait.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

struct ctl_flags {
  std::string url;
  std::string api_key;
  std::string brokers;
  std::string topic;
  double timeout_s = 60;
  bool as_json = false;
  /// Seconds between two looks; 0 = one look.
  double watch_s = 0;
  /// Until the training has ended.
  bool wait = false;
  /// The arguments of the path, in its order.
  std::vector<std::string> positional;
  bool flag = false;
  /// By name, as they were given.
  std::map<std::string, std::string> options;
  std::string arguments;
  verify_flags verify;
};

std::chrono::milliseconds in_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

result<std::unique_ptr<control_channel>> open_channel(const invocation& call, const ctl_flags& flags) {
  const auto timeout = in_milliseconds(flags.timeout_s);
  if (!flags.url.empty()) return http_channel(flags.url, flags.api_key, timeout);
  std::map<std::string, std::string> given;
  if (!flags.brokers.empty()) given["kafka.brokers"] = flags.brokers;
  if (!flags.topic.empty()) given["kafka.control_topic"] = flags.topic;
  FRESHET_ASSIGN(const auto settings, load_options(call, given));
  if (!flags.brokers.empty()) return kafka_channel(settings.kafka, flags.api_key, timeout);
  return http_channel(service_url(settings.server), flags.api_key, timeout);
}

result<json::value> value_of(const http::command_option& option, const std::string& text) {
  if (option.what == http::command_option::kind::text) return json::value(text);
  json::error_code failed;
  auto value = json::parse(text, failed);
  const bool wants_number = option.what == http::command_option::kind::number;
  if (failed || (wants_number ? !value.is_number() : !value.is_object())) {
    return error{error_code::invalid_argument,
                 "--" + std::string(option.name) + " is no " + (wants_number ? "number: " : "JSON object: ") + text};
  }
  return value;
}

result<json::object> arguments_of(const http::control_command& command, const ctl_flags& flags) {
  json::object arguments;
  if (!flags.arguments.empty()) {
    json::error_code failed;
    auto given = json::parse(flags.arguments, failed);
    if (failed || !given.is_object()) {
      return error{error_code::invalid_argument, "--args is no JSON object: " + flags.arguments};
    }
    arguments = std::move(given.get_object());
  }
  for (const auto& option : command.options) {
    const auto given = flags.options.find(std::string(option.name));
    if (given == flags.options.end() || given->second.empty()) continue;
    FRESHET_ASSIGN(auto value, value_of(option, given->second));
    arguments[option.name] = std::move(value);
  }
  const auto names = http::path_arguments(command);
  for (std::size_t i = 0; i < names.size() && i < flags.positional.size(); ++i) {
    arguments[names[i]] = flags.positional[i];
  }
  if (flags.flag) arguments[command.flag] = true;
  return arguments;
}

void print(const http::control_command& command, const ctl_flags& flags, const json::object& answer) {
  if (flags.as_json) {
    std::printf("%s\n", json::serialize(answer).c_str());
  } else {
    printer_of(command.name)(answer);
  }
}

status once(const invocation& call, const http::control_command& command, const ctl_flags& flags) {
  FRESHET_ASSIGN(const auto channel, open_channel(call, flags));
  FRESHET_ASSIGN(const auto arguments, arguments_of(command, flags));
  FRESHET_ASSIGN(const auto answer, channel->send(command, arguments));
  FRESHET_ASSIGN(const auto body, body_of(answer));
  if (flags.watch_s > 0 && ::isatty(STDOUT_FILENO) == 1) std::printf("\033[H\033[2J");
  print(command, flags, body);
  std::fflush(stdout);
  return success{};
}

/// How to reach the same service once more.
std::string way_to(const ctl_flags& flags) {
  if (!flags.url.empty()) return " --url " + flags.url;
  if (flags.brokers.empty()) return "";
  return " --kafka " + flags.brokers + (flags.topic.empty() ? "" : " --topic " + flags.topic);
}

result<int> send_and_wait(const invocation& call, const http::control_command& command, const ctl_flags& flags) {
  // Before the threads of a channel, which inherit the mask of signals.
  stop_request stop;
  FRESHET_ASSIGN(const auto channel, open_channel(call, flags));
  FRESHET_ASSIGN(const auto arguments, arguments_of(command, flags));
  FRESHET_ASSIGN(const auto answer, channel->send(command, arguments));
  FRESHET_ASSIGN(auto task, body_of(answer));
  const training_wait waiting{
      .service = *channel, .stop = stop, .patience = in_milliseconds(flags.timeout_s), .way = way_to(flags)};
  FRESHET_ASSIGN(const auto ended, await_training(waiting, std::move(task)));
  if (!ended) return stop.exit_code();
  print(command, flags, *ended);
  return exit_code_of(*ended);
}

int run(const invocation& call, const http::control_command& command, const ctl_flags& flags) {
  const std::string name = "ctl " + std::string(command.name);
  if (flags.wait) {
    const auto code = send_and_wait(call, command, flags);
    return code ? *code : fail(name, code.failure());
  }
  for (;;) {
    const auto done = once(call, command, flags);
    if (flags.watch_s <= 0) return done ? exit_ok : fail(name, done.failure());
    // A service that restarts is watched on; Ctrl-C ends it.
    if (!done) fail(name, done.failure());
    std::this_thread::sleep_for(in_milliseconds(flags.watch_s));
  }
}

int verify(const invocation& call, const ctl_flags& flags) {
  const auto settings = load_options(call);
  if (!settings) return fail_configuration("ctl verify", settings.failure());
  const std::string url = flags.url.empty() ? service_url(settings->server) : flags.url;
  return run_verify(url, flags.api_key, in_milliseconds(flags.timeout_s), settings->targets, flags.verify,
                    flags.as_json);
}

void add_http_flags(CLI::App& command, ctl_flags& flags) {
  command.add_option("--url", flags.url,
                     "The service: http://HOST:PORT, or unix:DB/owner.sock (server.host and server.port)");
  command.add_option("--api-key", flags.api_key, "A key with the scope admin, where the service wants one")
      ->envname("FRESHET_API_KEY");
  command.add_option("--timeout", flags.timeout_s, "Seconds to wait for the answer")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_flag("--json", flags.as_json, "Print the service's answer as it is");
}

void add_route_command(CLI::App& parent, invocation& call, const std::shared_ptr<ctl_flags>& flags,
                       const http::control_command& each) {
  const std::string name(each.name);
  auto& command = add_command(parent, call, name, std::string(each.description),
                              "freshet ctl " + name + (each.example.empty() ? "" : " ") + std::string(each.example));
  if (const auto names = http::path_arguments(each); !names.empty()) {
    command.add_option(names.front(), flags->positional, "As the example shows it")
        ->required()
        ->expected(static_cast<int>(names.size()));
  }
  for (const auto& option : each.options) {
    if (option.name.empty()) continue;
    command.add_option("--" + std::string(option.name), flags->options[std::string(option.name)],
                       std::string(option.description));
  }
  if (!each.flag.empty()) command.add_flag("--" + std::string(each.flag), flags->flag, "Whatever is done already");
  if (each.rest == http::argument_place::body) {
    command.add_option("--args", flags->arguments, "Further arguments, as a JSON object");
  }
  if (name == "status") {
    command.add_option("--watch", flags->watch_s, "Look again every so many seconds, until Ctrl-C")
        ->expected(0, 1)
        ->default_str("2")
        ->check(CLI::PositiveNumber);
  }
  if (name == "train" || name == "task") {
    command.add_flag(
        "--wait", flags->wait,
        "Follow the training until it ends; exit code 0 = succeeded, 1 = failed, 3 = refused by the quality "
        "gate, 4 = cancelled. Ctrl-C stops the waiting, not the training");
  }
  add_http_flags(command, *flags);
  command
      .add_option("--kafka", flags->brokers,
                  "Send it through the control topic at these brokers, signed with --api-key")
      ->excludes("--url");
  command.add_option("--topic", flags->topic, "The control topic (kafka.control_topic)");
  command.callback([&call, flags, &each] { call.run = [&call, flags, &each] { return run(call, each, *flags); }; });
}

}  // namespace

void add_ctl(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "ctl", "Commands a running service: status, models, ingestion, caches, shutdown.",
                  "freshet ctl status --url http://127.0.0.1:8000 --api-key SECRET");
  command.require_subcommand(1);
  const auto flags = std::make_shared<ctl_flags>();
  for (const auto& each : http::control_commands()) add_route_command(command, call, flags, each);
  auto& check = add_command(command, call, "verify",
                            "The checklist after a rollback: health, model, caches, sample answers, latency, errors; "
                            "exit code 1 if one fails.",
                            "freshet ctl verify --model als_20261123_v1");
  check.add_option("--model", flags->verify.model_id, "The model that should serve (the registry's current one)");
  check.add_option("--users", flags->verify.users, "Users to ask for (a few that nobody knows)");
  check.add_option("--samples", flags->verify.samples, "Answers to look at")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  add_http_flags(check, *flags);
  check.callback([&call, flags] { call.run = [&call, flags] { return verify(call, *flags); }; });
}

}  // namespace freshet::tools
