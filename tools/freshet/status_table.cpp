#include "tools/freshet/status_table.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <string>
#include <utility>

#include "core/base/text.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

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

/// The supervisor, and everybody below it.
void print_actors(const json::array& actors) {
  std::printf("actors\n  %-20s %-8s %9s %9s\n", "", "state", "restarts", "mailbox");
  for (std::size_t i = 0; i < actors.size(); ++i) {
    const auto& each = actors[i];
    const bool is_root = text_of(each, "name") == "supervisor";
    const std::string branch = is_root ? "" : i + 1 == actors.size() ? "`- " : "|- ";
    std::printf("  %-20s %-8s %9s %9s\n", (branch + text_of(each, "name")).c_str(),
                text_of(each, "alive") == "true" ? "alive" : "DEAD", text_of(each, "restarts").c_str(),
                text_of(each, "mailbox").c_str());
  }
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
  std::printf("%-10s %s, from %s, %s of %s batches under way\n", "ingestion",
              text_of(ingestion, "paused") == "true" ? "paused" : "running", text_of(ingestion, "source").c_str(),
              text_of(ingestion, "batches_under_way").c_str(), text_of(ingestion, "credits").c_str());
  for (const auto& each : list_of(ingestion, "partitions")) {
    std::printf("  partition %-4s position %-10s lag %s\n", text_of(each, "partition").c_str(),
                text_of(each, "position").c_str(), text_of(each, "lag").c_str());
  }
  std::printf("checks\n");
  for (const auto& each : list_of(status, "checks")) {
    std::printf("  %-16s %-4s %s\n", text_of(each, "name").c_str(), text_of(each, "ok") == "true" ? "ok" : "FAIL",
                text_of(each, "message").c_str());
  }
  print_actors(list_of(status, "actors"));
  print_rollout_of(status);
}

void print_members(const json::object& answer) {
  for (const auto& [name, value] : answer) {
    std::printf("%-18s %s\n", std::string(name).c_str(), text_of(value).c_str());
  }
}

}  // namespace

printer printer_of(std::string_view command) {
  static constexpr std::pair<std::string_view, printer> printers[] = {
      {"status", print_status},   {"train", print_one_task}, {"task", print_one_task},
      {"cancel", print_one_task}, {"tasks", print_tasks},    {"rollout", print_rollout},
  };
  const auto* found = std::ranges::find(printers, command, &std::pair<std::string_view, printer>::first);
  return found == std::end(printers) ? print_members : found->second;
}

}  // namespace freshet::tools
