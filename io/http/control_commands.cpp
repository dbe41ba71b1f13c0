#include "io/http/control_commands.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "core/base/text.hpp"
#include "io/http/target.hpp"

namespace freshet::http {
namespace {

constexpr command_option share{"share", "Share of the users; by default as rollout.share says",
                               command_option::kind::number};

constexpr std::array commands{
    control_command{"status", method::get, "/v1/status",
                    "How the service is: model, ingestion and its lag, counts, checks, the tree of actors.", ""},
    control_command{"reload", method::post, "/reload_model",
                    "Looks at the registry now and swaps to the model that it names, without failing a request.", ""},
    control_command{"activate", method::post, "/v1/models/{id}/activate",
                    "Checks that a registered model loads, makes it the current one and swaps to it.",
                    "als_20261123_v1"},
    control_command{"rollback", method::post, "/v1/models/rollback",
                    "Swaps back to the model that was current before; again: to the one before that.", ""},
    control_command{"shadow",
                    method::post,
                    "/v1/models/{id}/shadow",
                    "Has a registered model rank what a share of the users is shown, unseen, and compares both.",
                    "als_20261123_v1",
                    argument_place::body,
                    "",
                    {share}},
    control_command{"canary",
                    method::post,
                    "/v1/models/{id}/canary",
                    "Has a registered model serve a share of the users.",
                    "als_20261123_v1",
                    argument_place::body,
                    "",
                    {share}},
    control_command{"rollout", method::get, "/v1/rollout",
                    "How the model in shadow or as a canary fares beside the current one; hit rates of all models.",
                    ""},
    control_command{"promote", method::post, "/v1/rollout/promote",
                    "Lets the model in shadow or as a canary serve everybody.", ""},
    control_command{"abort", method::delete_, "/v1/rollout", "Ends the trial of a model; it stays registered.", ""},
    control_command{
        "train",
        method::post,
        "/v1/train",
        "Trains a successor of the model in a process of its own; what passes the quality gate then serves.",
        "",
        argument_place::body,
        "",
        {command_option{"model", "Family; by default as retrain.model says"},
         command_option{"params", "Parameters as JSON: '{\"factors\": 64}'", command_option::kind::object}}},
    control_command{"tasks", method::get, "/v1/tasks", "Trainings and backups, running and past, the newest first.",
                    ""},
    control_command{"task", method::get, "/v1/tasks/{task}",
                    "A training or a backup: how far it is, or what came of it.", "train-1764300000-1"},
    control_command{"cancel", method::delete_, "/v1/tasks/{task}",
                    "Ends a training or a backup; nothing of it is kept.", "train-1764300000-1"},
    control_command{"pause", method::post, "/v1/control/pause",
                    "Takes in no more events after the batch at hand; they wait in the log, requests are answered.",
                    ""},
    control_command{"resume", method::post, "/v1/control/resume", "Goes on where `pause` stopped; nothing was lost.",
                    ""},
    control_command{"drain", method::post, "/v1/control/drain",
                    "Ends the service in order: requests in work are answered, events in work are stored.", ""},
    control_command{"warmup", method::post, "/cache_warmup",
                    "Fills the caches; what is warm already is left alone unless --force.", "", argument_place::query,
                    "force"},
    control_command{"clear-cache", method::post, "/cache_clear",
                    "Empties the caches; the next answers are computed anew.", ""},
    control_command{"crash", method::post, "/v1/control/crash/{actor}",
                    "Makes an actor die, for tests; refused unless debug.fault_injection is on.", "recommender"},
};

/// As it stands in a path or a query.
result<std::string> text_of(std::string_view name, const boost::json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool() || value.is_number()) return boost::json::serialize(value);
  return error{error_code::invalid_argument, "the argument " + in_quotes(name) + " is no text, number or boolean"};
}

}  // namespace

std::span<const control_command> control_commands() {
  return commands;
}

const control_command* find_control_command(std::string_view name) {
  const auto* found = std::ranges::find(commands, name, &control_command::name);
  return found == commands.end() ? nullptr : found;
}

std::vector<std::string> path_arguments(const control_command& command) {
  std::vector<std::string> names;
  for (auto at = command.path.find('{'); at != std::string_view::npos; at = command.path.find('{', at + 1)) {
    names.emplace_back(command.path.substr(at + 1, command.path.find('}', at) - at - 1));
  }
  return names;
}

result<request> make_request(const control_command& command, const boost::json::object& arguments) {
  std::string target(command.path);
  const auto named = path_arguments(command);
  for (const auto& name : named) {
    const auto* value = arguments.if_contains(name);
    if (value == nullptr) {
      return error{error_code::invalid_argument, std::string(command.name) + " needs the argument " + in_quotes(name)};
    }
    FRESHET_ASSIGN(const std::string text, text_of(name, *value));
    target.replace(target.find('{'), name.size() + 2, percent_encode(text));
  }
  request made;
  boost::json::object rest;
  for (const auto& [name, value] : arguments) {
    if (std::ranges::find(named, std::string_view(name)) == named.end()) rest.emplace(name, value);
  }
  if (command.rest == argument_place::body) {
    made.body = boost::json::serialize(rest);
    made.headers.emplace_back("content-type", "application/json");
  } else {
    for (const auto& [name, value] : rest) {
      FRESHET_ASSIGN(const std::string text, text_of(name, value));
      target += target.find('?') == std::string::npos ? '?' : '&';
      target += percent_encode(std::string_view(name)) + "=" + percent_encode(text);
    }
  }
  FRESHET_TRY(parse_target(target, made));
  made.verb = command.verb;
  return made;
}

}  // namespace freshet::http
