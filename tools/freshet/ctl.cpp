// `freshet ctl`: commands to a running service; a thin client of its HTTP routes.
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "core/base/text.hpp"
#include "io/http/client.hpp"
#include "io/http/target.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/service_url.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

struct ctl_flags {
  std::string url;
  std::string api_key;
  double timeout_s = 60;
  bool as_json = false;
  std::string model_id;
  bool force = false;
  std::string family;
  std::string params;
  std::string task_id;
  double share = 0;
};

struct ctl_request {
  http::method verb = http::method::post;
  std::string target;
  std::string body = {};
};

/// The sentence of a problem, or whatever came instead.
std::string sentence_of(const http::response& answer) {
  json::error_code failed;
  const auto body = json::parse(answer.body, failed);
  const auto* members = failed ? nullptr : body.if_object();
  const auto* detail = members == nullptr ? nullptr : members->if_contains("detail");
  const std::string why = detail != nullptr && detail->is_string() ? std::string(detail->get_string()) : answer.body;
  return why + " (" + std::to_string(answer.status) + ")";
}

result<json::object> ask(const invocation& call, const ctl_flags& flags, const ctl_request& what) {
  std::string url = flags.url;
  if (url.empty()) {
    FRESHET_ASSIGN(const auto settings, load_options(call));
    url = service_url(settings.server);
  }
  const auto timeout = std::chrono::milliseconds(static_cast<std::int64_t>(flags.timeout_s * 1000));
  FRESHET_ASSIGN(const auto service, http::client::connect(url, timeout));
  http::field_list headers;
  if (!what.body.empty()) headers.emplace_back("Content-Type", "application/json");
  if (!flags.api_key.empty()) headers.emplace_back("Authorization", "Bearer " + flags.api_key);
  FRESHET_ASSIGN(const auto answer, service->send(what.verb, what.target, headers, what.body));
  if (answer.status >= 300) {
    const bool is_ours = answer.status < 500;
    return error{is_ours ? error_code::invalid_argument : error_code::unavailable, sentence_of(answer)};
  }
  json::error_code failed;
  auto body = json::parse(answer.body, failed);
  if (failed || !body.is_object()) return error{error_code::corrupted, url + " does not answer as Freshet does"};
  return std::move(body.get_object());
}

// --- words

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (const auto* number = value.if_double()) {
    std::string digits;
    append_json_number(digits, *number);
    return digits;
  }
  return value.is_null() ? "-" : json::serialize(value);
}

/// The member of an answer, "-" where it is not there.
std::string text_of(const json::value& of, std::string_view name) {
  const auto* members = of.if_object();
  const auto* found = members == nullptr ? nullptr : members->if_contains(name);
  return found == nullptr ? "-" : text_of(*found);
}

const json::array& list_of(const json::value& of, std::string_view name) {
  static const json::array none;
  const auto* members = of.if_object();
  const auto* found = members == nullptr ? nullptr : members->if_contains(name);
  return found != nullptr && found->is_array() ? found->get_array() : none;
}

const json::value& member_of(const json::value& of, std::string_view name) {
  static const json::value none;
  const auto* members = of.if_object();
  const auto* found = members == nullptr ? nullptr : members->if_contains(name);
  return found == nullptr ? none : *found;
}

void print_rollout_of(const json::value& answer);

void print_status(const json::object& answer) {
  const json::value status(answer);
  std::printf("%-10s %s, up %s s, version %s\n", "service", text_of(status, "status").c_str(),
              text_of(status, "uptime_seconds").c_str(), text_of(status, "version").c_str());
  const auto& model = member_of(status, "model");
  std::printf("%-10s %s", "model", text_of(model, "model_id").c_str());
  if (model.is_object()) {
    std::printf(", %s users, %s items, loaded %s", text_of(model, "users").c_str(), text_of(model, "items").c_str(),
                text_of(model, "loaded_at").c_str());
  }
  const auto& store = member_of(status, "store");
  std::printf("\n%-10s %s users, %s items, %s events, %s dead letters waiting\n", "store",
              text_of(store, "users").c_str(), text_of(store, "items").c_str(), text_of(store, "events").c_str(),
              text_of(store, "dead_letters").c_str());
  const auto& ingestion = member_of(status, "ingestion");
  std::printf("%-10s %s, from %s\n", "ingestion", text_of(ingestion, "paused") == "true" ? "paused" : "running",
              text_of(ingestion, "source").c_str());
  for (const auto& each : list_of(ingestion, "partitions")) {
    std::printf("  partition %-4s position %-10s lag %s\n", text_of(each, "partition").c_str(),
                text_of(each, "position").c_str(), text_of(each, "lag").c_str());
  }
  std::printf("checks\n");
  for (const auto& each : list_of(status, "checks")) {
    std::printf("  %-16s %-4s %s\n", text_of(each, "name").c_str(), text_of(each, "ok") == "true" ? "ok" : "FAIL",
                text_of(each, "message").c_str());
  }
  std::printf("actors\n");
  for (const auto& each : list_of(status, "actors")) {
    std::printf("  %-16s %-10s restarts %s\n", text_of(each, "name").c_str(),
                text_of(each, "alive") == "true" ? "alive" : "DEAD", text_of(each, "restarts").c_str());
  }
  print_rollout_of(status);
}

void print_task(const json::value& task) {
  std::string progress;
  if (const auto& done = member_of(task, "progress"); done.is_object()) {
    progress = text_of(done, "done") + " of " + text_of(done, "of") + " " + text_of(done, "unit");
  }
  const auto words_of = [&](const char* name) {
    const auto words = text_of(task, name);
    return words == "-" ? std::string() : "  " + words;
  };
  std::printf("%-22s %-10s %-12s %s%s%s%s\n", text_of(task, "id").c_str(), text_of(task, "state").c_str(),
              text_of(task, "model").c_str(), progress.c_str(), words_of("model_id").c_str(), words_of("gate").c_str(),
              words_of("reason").c_str());
}

void print_one_task(const json::object& answer) {
  print_task(json::value(answer));
}

void print_tasks(const json::object& answer) {
  const json::value tasks(answer);
  for (const auto& each : list_of(tasks, "tasks")) print_task(each);
  if (list_of(tasks, "tasks").empty()) std::printf("no task yet; `freshet ctl train` begins one\n");
}

void print_answered(const char* whom, const json::value& figures) {
  std::printf("%-10s %-24s %s requests, errors %s, fallbacks %s, p99 %s ms\n", whom,
              text_of(figures, "model_id").c_str(), text_of(figures, "requests").c_str(),
              text_of(figures, "error_rate").c_str(), text_of(figures, "fallback_rate").c_str(),
              text_of(figures, "p99_ms").c_str());
}

void print_rollout_of(const json::value& answer) {
  const auto& trial = member_of(answer, "trial");
  if (trial.is_object()) {
    std::printf("%-10s share %s, for %s s\n", text_of(trial, "stage").c_str(), text_of(trial, "share").c_str(),
                text_of(trial, "since_seconds").c_str());
    print_answered("candidate", trial);
    print_answered("current", member_of(trial, "current"));
    const auto& shadow = member_of(trial, "shadow");
    if (text_of(trial, "stage") == "shadow") {
      std::printf("%-10s %s compared, overlap@10 %s, score drift %s, p99 %s ms\n", "lists",
                  text_of(shadow, "compared").c_str(), text_of(shadow, "overlap").c_str(),
                  text_of(shadow, "drift").c_str(), text_of(shadow, "p99_ms").c_str());
    }
  }
  for (const auto& each : list_of(answer, "online_quality")) {
    std::printf("%-10s %-24s %s lists shown, hit rate %s, reciprocal rank %s\n", "quality",
                text_of(each, "model_id").c_str(), text_of(each, "lists").c_str(), text_of(each, "hit_rate").c_str(),
                text_of(each, "reciprocal_rank").c_str());
  }
}

void print_rollout(const json::object& answer) {
  const json::value all(answer);
  if (!member_of(all, "trial").is_object()) std::printf("no candidate is tried at present\n");
  print_rollout_of(all);
}

void print_members(const json::object& answer) {
  for (const auto& [name, value] : answer) {
    std::printf("%-18s %s\n", std::string(name).c_str(), text_of(value).c_str());
  }
}

using print_answer = void (*)(const json::object&);

int run(const invocation& call, const ctl_flags& flags, const std::string& command, const ctl_request& what,
        print_answer print) {
  const auto answer = ask(call, flags, what);
  if (!answer) return fail("ctl " + command, answer.failure());
  if (flags.as_json) {
    std::printf("%s\n", json::serialize(*answer).c_str());
  } else {
    print(*answer);
  }
  return exit_ok;
}

/// How one command looks, and which request it is.
struct ctl_command {
  const char* name;
  const char* description;
  ctl_request (*request)(const ctl_flags&);
  print_answer print = print_members;
};

ctl_request trial_of(const ctl_flags& flags, const char* stage) {
  std::string body;
  if (flags.share > 0) {
    append_json_number(body.append("{\"share\":"), flags.share);
    body += '}';
  }
  return {.target = "/v1/models/" + http::percent_encode(flags.model_id) + "/" + stage, .body = body};
}

constexpr ctl_command commands[] = {
    {"status", "How the service is: model, ingestion and its lag, counts, checks, actors and their restarts.",
     [](const ctl_flags&) {
       return ctl_request{http::method::get, "/v1/status"};
     },
     print_status},
    {"reload", "Looks at the registry now and swaps to the model that it names, without failing a request.",
     [](const ctl_flags&) { return ctl_request{.target = "/reload_model"}; }},
    {"activate", "Checks that a registered model loads, makes it the current one and swaps to it.",
     [](const ctl_flags& flags) {
       return ctl_request{.target = "/v1/models/" + http::percent_encode(flags.model_id) + "/activate"};
     }},
    {"rollback", "Swaps back to the model that was current before; again: to the one before that.",
     [](const ctl_flags&) { return ctl_request{.target = "/v1/models/rollback"}; }},
    {"shadow", "Has a registered model rank what a share of the users is shown, unseen, and compares both.",
     [](const ctl_flags& flags) { return trial_of(flags, "shadow"); }},
    {"canary", "Has a registered model serve a share of the users.",
     [](const ctl_flags& flags) { return trial_of(flags, "canary"); }},
    {"rollout", "How the model in shadow or as a canary fares beside the current one; hit rates of all models.",
     [](const ctl_flags&) {
       return ctl_request{http::method::get, "/v1/rollout"};
     },
     print_rollout},
    {"promote", "Lets the model in shadow or as a canary serve everybody.",
     [](const ctl_flags&) { return ctl_request{.target = "/v1/rollout/promote"}; }},
    {"abort", "Ends the trial of a model; it stays registered.",
     [](const ctl_flags&) {
       return ctl_request{http::method::delete_, "/v1/rollout"};
     }},
    {"train", "Trains a successor of the model in a process of its own; what passes the quality gate then serves.",
     [](const ctl_flags& flags) {
       std::string body = "{";
       if (!flags.family.empty()) append_json_string(body.append("\"model\":"), flags.family);
       if (!flags.params.empty()) body.append(flags.family.empty() ? "" : ",").append("\"params\":" + flags.params);
       return ctl_request{.target = "/v1/train", .body = body + "}"};
     },
     print_one_task},
    {"tasks", "Trainings, running and past, the newest first.",
     [](const ctl_flags&) {
       return ctl_request{http::method::get, "/v1/tasks"};
     },
     print_tasks},
    {"cancel", "Ends a training; nothing of it is kept.",
     [](const ctl_flags& flags) {
       return ctl_request{http::method::delete_, "/v1/tasks/" + http::percent_encode(flags.task_id)};
     },
     print_one_task},
    {"pause", "Takes in no more events after the batch at hand; they wait in the log, requests are answered.",
     [](const ctl_flags&) { return ctl_request{.target = "/v1/control/pause"}; }},
    {"resume", "Goes on where `pause` stopped; nothing was lost.",
     [](const ctl_flags&) { return ctl_request{.target = "/v1/control/resume"}; }},
    {"drain", "Ends the service in order: requests in work are answered, events in work are stored.",
     [](const ctl_flags&) { return ctl_request{.target = "/v1/control/drain"}; }},
    {"warmup", "Fills the caches; what is warm already is left alone unless --force.",
     [](const ctl_flags& flags) {
       return ctl_request{.target = flags.force ? "/cache_warmup?force=true" : "/cache_warmup"};
     }},
    {"clear-cache", "Empties the caches; the next answers are computed anew.",
     [](const ctl_flags&) { return ctl_request{.target = "/cache_clear"}; }},
};

}  // namespace

void add_ctl(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "ctl", "Commands a running service: status, models, ingestion, caches, shutdown.",
                  "freshet ctl status --url http://127.0.0.1:8000 --api-key SECRET");
  command.require_subcommand(1);
  const auto flags = std::make_shared<ctl_flags>();
  for (const auto& each : commands) {
    const std::string name = each.name;
    const bool is_trial = name == "shadow" || name == "canary";
    const bool takes_model = name == "activate" || is_trial;
    auto& subcommand = add_command(command, call, name, each.description,
                                   "freshet ctl " + name +
                                       (takes_model        ? " als_20261123_v1"
                                        : name == "cancel" ? " train-1764300000-1"
                                                           : ""));
    if (takes_model) {
      subcommand.add_option("id", flags->model_id, "Model id, as `freshet model list` shows it")->required();
    }
    if (is_trial) {
      subcommand.add_option("--share", flags->share, "Share of the users; by default as rollout.share says")
          ->check(CLI::Range(0.0, 1.0));
    }
    if (name == "train") {
      subcommand.add_option("--model", flags->family, "Family; by default as retrain.model says");
      subcommand.add_option("--params", flags->params, "Parameters as JSON: '{\"factors\": 64}'");
    }
    if (name == "cancel") {
      subcommand.add_option("task", flags->task_id, "Task, as `freshet ctl tasks` shows it")->required();
    }
    if (name == "warmup") subcommand.add_flag("--force", flags->force, "Also fill again what is warm");
    subcommand.add_option("--url", flags->url,
                          "The service: http://HOST:PORT, or unix:DB/owner.sock (server.host and server.port)");
    subcommand.add_option("--api-key", flags->api_key, "A key with the scope admin, where the service wants one")
        ->envname("FRESHET_API_KEY");
    subcommand.add_option("--timeout", flags->timeout_s, "Seconds to wait for the answer")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    subcommand.add_flag("--json", flags->as_json, "Print the service's answer as it is");
    subcommand.callback([&call, flags, each, name] {
      call.run = [&call, flags, each, name] { return run(call, *flags, name, each.request(*flags), each.print); };
    });
  }
}

}  // namespace freshet::tools
