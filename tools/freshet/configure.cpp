// `freshet configure`: settings that are kept with the database.
#include <csignal>
#include <cstdio>
#include <memory>

#include "config/stored_settings.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/files/atomic_file.hpp"
#include "io/store/store_settings.hpp"
#include "io/telemetry/audit_log.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/owner.hpp"

namespace freshet::tools {
namespace {

struct configure_flags {
  std::string db;
  std::string retention_days;
  std::vector<std::string> set;
  std::vector<std::string> unset;
  bool show = false;
  bool json = false;
};

using changes = std::map<std::string, std::optional<std::string>>;

result<changes> changes_of(const configure_flags& flags) {
  changes wanted;
  if (!flags.retention_days.empty()) wanted["retention.days"] = flags.retention_days;
  for (const auto& each : flags.set) {
    const auto equals = each.find('=');
    if (equals == std::string::npos || equals == 0) {
      return error{error_code::invalid_argument, "--set " + each + " is no KEY=VALUE, such as logging.level=DEBUG"};
    }
    wanted[each.substr(0, equals)] = each.substr(equals + 1);
  }
  for (const auto& key : flags.unset) wanted[key] = std::nullopt;
  if (wanted.empty() && !flags.show) {
    return error{error_code::invalid_argument, "nothing to do; give --retention-days, --set, --unset or --show"};
  }
  return wanted;
}

status show(const std::filesystem::path& database, bool as_json) {
  FRESHET_ASSIGN(const auto stored, read_stored_settings(database));
  json_tree document = json_tree::of_object();
  for (const auto& [key, value] : stored) {
    document.set(key, json_tree::of_text(value));
    if (!as_json) std::printf("%-42s %s\n", key.c_str(), value.c_str());
  }
  if (as_json) std::printf("%s\n", document.compact().c_str());
  if (!as_json && stored.empty()) std::printf("no settings are stored in %s\n", database.c_str());
  return success{};
}

/// Without a service that would do it: removes at once what has expired under the new settings.
status remove_expired(const options& settings) {
  if (settings.retention.days == 0) return success{};
  auto how = to_store_options(settings);
  how.create_if_missing = false;
  FRESHET_ASSIGN(const auto store, event_store::open(settings.store.path, how));
  const auto removed = store->remove_expired();
  const system_clock time;
  const audit_log audit(settings.logging.dir, time);
  const std::string failure = removed ? "" : removed.failure().message;
  const audit_log::retention_run run{.days = settings.retention.days,
                                     .events = removed ? removed->events : 0,
                                     .users = removed ? removed->users : 0,
                                     .failure = failure};
  FRESHET_TRY(audit.record(run));
  if (!removed) return removed.failure();
  std::fprintf(stderr, "removed %llu events that had expired, and %llu users of whom nothing was left\n",
               static_cast<unsigned long long>(removed->events), static_cast<unsigned long long>(removed->users));
  return success{};
}

status change(const invocation& call, const std::map<std::string, std::string>& given, const options& before,
              const changes& wanted) {
  const std::filesystem::path database = before.store.path;
  std::error_code unknown;
  if (!std::filesystem::exists(database / "CURRENT", unknown)) {
    return error{error_code::not_found,
                 "there is no database at " + database.string() + "; freshet ingest creates one"};
  }
  FRESHET_ASSIGN(const auto text, changed_stored_settings(database, wanted));
  FRESHET_TRY(write_file_atomically(stored_settings_file(database), text));
  FRESHET_ASSIGN(const auto after, load_options(call, given));
  if (service_of(database)) {
    const auto process = owner_of(database);
    if (!process || ::kill(*process, SIGHUP) != 0) {
      return error{error_code::unavailable, "stored, but the running service could not be told; send it SIGHUP"};
    }
    std::fprintf(stderr, "stored; the running service (process %d) rereads its settings\n", static_cast<int>(*process));
    return success{};
  }
  return after.retention.days != before.retention.days ? remove_expired(after) : status(success{});
}

int configure(const invocation& call, const configure_flags& flags) {
  std::map<std::string, std::string> given;
  if (!flags.db.empty()) given["store.path"] = flags.db;
  const auto settings = load_options(call, given);
  if (!settings) return fail_configuration("configure", settings.failure());
  const auto wanted = changes_of(flags);
  if (!wanted) {
    fail("configure", wanted.failure());
    return exit_usage;
  }
  if (!wanted->empty()) {
    const auto done = change(call, given, *settings, *wanted);
    if (!done && done.failure().code == error_code::invalid_argument) {
      return fail_configuration("configure", done.failure());
    }
    if (!done) return fail("configure", done.failure());
  }
  if (!flags.show) return exit_ok;
  const auto shown = show(settings->store.path, flags.json);
  return shown ? exit_ok : fail("configure", shown.failure());
}

}  // namespace

void add_configure(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "configure",
                  "Keeps settings with the database, where they hold for every command that uses it unless a "
                  "file, the environment or a flag says otherwise. A running service takes them up at once.",
                  "freshet configure --retention-days 180 --db data/recsys.db");
  auto flags = std::make_shared<configure_flags>();
  command.add_option("--retention-days", flags->retention_days,
                     "Age in days at which events are no longer read, and removed (retention.days); 0 = kept for ever");
  command
      .add_option("--set", flags->set, "Store KEY=VALUE, such as events.weights.purchase=5; may be given several times")
      ->take_all()
      ->expected(1);
  command.add_option("--unset", flags->unset, "Store KEY no longer; may be given several times")
      ->take_all()
      ->expected(1);
  command.add_flag("--show", flags->show, "Print what is stored");
  command.add_flag("--json", flags->json, "Print JSON");
  command.add_option("--db", flags->db, "Database directory (store.path)")->type_name("DIR");
  command.callback([&call, flags] { call.run = [&call, flags] { return configure(call, *flags); }; });
}

}  // namespace freshet::tools
