// `freshet backup` and `freshet restore`: copies of the database with its models and configuration, and back.
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "core/base/text.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/backup/backups.hpp"
#include "io/backup/restore.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"
#include "io/http/client.hpp"
#include "io/store/store_settings.hpp"
#include "io/telemetry/logging.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/owner.hpp"
#include "tools/freshet/progress.hpp"

namespace freshet::tools {
namespace {

namespace fs = std::filesystem;

/// A large database on a slow disk takes its time.
constexpr std::chrono::hours patience{24};

struct backup_flags {
  std::string db;
  std::string to;
  std::string from;
  std::string at;
  std::string model_dir;
  std::string config_to;
  std::uint32_t keep_days = 30;
  bool damaged = false;
  bool json = false;
};

std::map<std::string, std::string> given(const backup_flags& flags) {
  std::map<std::string, std::string> set;
  if (!flags.db.empty()) set["store.path"] = flags.db;
  if (!flags.model_dir.empty()) set["model.dir"] = flags.model_dir;
  return set;
}

int refuse_usage(std::string_view command, std::string sentence) {
  fail(command, {error_code::invalid_argument, std::move(sentence)});
  return exit_usage;
}

std::string text_in(const json_tree& receipt, std::string_view name) {
  const auto* member = receipt.find(name);
  return member == nullptr ? "" : member->text().value_or("");
}

std::uint64_t number_in(const json_tree& receipt, std::string_view name) {
  const auto* member = receipt.find(name);
  return member == nullptr ? 0 : member->whole_number().value_or(0);
}

std::string in_megabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

/// One line for people.
std::string in_words(const backup_manifest& manifest) {
  return manifest.id + "  " + std::to_string(manifest.counts.users) + " users, " +
         std::to_string(manifest.counts.events) + " events, " + std::to_string(manifest.files.size()) + " files, " +
         in_megabytes(manifest.bytes());
}

void tell_of_damage(const std::string& id, const std::string& why) {
  std::fprintf(stderr,
               "%s stays, with all bytes that no other backup needs: %s; repair it from a copy, or remove it with "
               "freshet backup prune --damaged\n",
               id.c_str(), why.c_str());
}

/// Every run is a line in the log of the pipelines.
void note(const options& settings, const std::string& what, const error* failure) {
  const auto journal = log::open(settings.logging, log_channel::pipelines);
  if (!journal) return;
  (*journal)->write(failure == nullptr ? log_level::info : log_level::error,
                    failure == nullptr ? what : what + " failed: " + failure->message);
  (*journal)->flush();
}

result<std::vector<std::pair<std::string, std::string>>> configuration_of(const invocation& call) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const fs::path given : call.config_files) {
    std::vector<fs::path> paths{given};
    std::error_code failure;
    if (fs::is_directory(given, failure)) {
      paths.clear();
      for (const auto& file : fs::directory_iterator(given, failure)) {
        if (file.is_regular_file()) paths.push_back(file.path());
      }
    }
    for (const auto& path : paths) {
      FRESHET_ASSIGN(auto text, read_file(path));
      files.emplace_back(path.filename().string(), std::move(text));
    }
  }
  return files;
}

/// What the service says of its backup, until it is stopped.
void show_progress(const std::stop_token& stop, const fs::path& socket) {
  progress shown("MiB read");
  const auto service = http::client::connect("unix:" + socket.string(), std::chrono::seconds(10));
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  while (service && !stop.stop_requested()) {
    const auto answer = (*service)->send(http::method::get, "/v1/tasks");
    const auto document = answer ? parse_json(answer->body) : result<json_tree>(answer.failure());
    const auto* tasks = document ? document->find("tasks") : nullptr;
    for (const auto& each : tasks == nullptr ? std::span<const json_tree>() : tasks->elements()) {
      const auto* done = each.find("progress");
      if (text_in(each, "kind") != "backup" || done == nullptr || !done->is_object()) continue;
      shown.update(
          {.count = number_in(*done, "done"), .part = number_in(*done, "done"), .whole = number_in(*done, "of")});
    }
    changed.wait_for(lock, stop, std::chrono::milliseconds(500), [] { return false; });
  }
}

result<std::string> by_service(const fs::path& socket, const backup_order& order) {
  std::error_code failure;
  fs::create_directories(order.directory, failure);
  if (failure) return error{error_code::io_failure, "cannot create " + order.directory.string()};
  auto body = json_tree::of_object();
  body.set("to", json_tree::of_text(order.directory.string()));
  body.set("keep_days", json_tree::of_integer(order.keep_days));
  auto configuration = json_tree::of_object();
  for (const auto& [name, text] : order.configuration) configuration.set(name, json_tree::of_text(text));
  body.set("configuration", std::move(configuration));
  FRESHET_ASSIGN(const auto service, http::client::connect("unix:" + socket.string(), patience));
  std::fprintf(stderr, "the running service makes the backup\n");
  const std::jthread watching([&socket](const std::stop_token& stop) { show_progress(stop, socket); });
  FRESHET_ASSIGN(auto answer, service->send(http::method::post, "/v1/control/snapshot",
                                            {{"content-type", "application/json"}}, body.compact()));
  if (answer.status == 200) return std::move(answer.body);
  return error{error_code::unavailable,
               "the running service answered " + std::to_string(answer.status) + ": " + answer.body};
}

result<std::string> by_hand(const options& settings, backup_order order) {
  auto how = to_store_options(settings);
  how.create_if_missing = false;
  FRESHET_ASSIGN(const auto store, event_store::open(settings.store.path, how));
  progress shown("MiB read");
  order.stopped = [&](const backup_progress& now) {
    shown.update({.count = now.read_bytes >> 20, .part = now.read_bytes, .whole = now.bytes});
    return false;
  };
  FRESHET_ASSIGN(const auto receipt, create_backup(*store, order, system_clock()));
  return to_json(receipt);
}

result<std::string> make_backup(const invocation& call, const options& settings, const backup_flags& flags) {
  FRESHET_ASSIGN(auto configuration, configuration_of(call));
  backup_order order{.directory = fs::absolute(flags.to),
                     .artifacts = settings.model.dir,
                     .configuration = std::move(configuration),
                     .keep_days = flags.keep_days,
                     .stopped = {}};
  if (const auto socket = service_of(settings.store.path)) return by_service(*socket, order);
  return by_hand(settings, std::move(order));
}

int back_up(const invocation& call, const backup_flags& flags) {
  if (flags.to.empty()) return refuse_usage("backup", "--to DIR is missing");
  const auto settings = load_options(call, given(flags));
  if (!settings) return fail_configuration("backup", settings.failure());
  const auto receipt = make_backup(call, *settings, flags);
  note(*settings, "backup of " + settings->store.path + " to " + flags.to, receipt ? nullptr : &receipt.failure());
  if (!receipt) return fail("backup", receipt.failure());
  if (flags.json) {
    std::printf("%s\n", receipt->c_str());
    return exit_ok;
  }
  const auto facts = parse_json(*receipt);
  if (!facts) return fail("backup", facts.failure());
  if (const auto* damaged = facts->find("damaged")) {
    for (const auto& each : damaged->elements()) tell_of_damage(text_in(each, "id"), text_in(each, "damaged"));
  }
  std::printf("backup %s in %s: %llu files, %s, of which %s are new\n", text_in(*facts, "id").c_str(), flags.to.c_str(),
              static_cast<unsigned long long>(number_in(*facts, "files")),
              in_megabytes(number_in(*facts, "bytes")).c_str(), in_megabytes(number_in(*facts, "new_bytes")).c_str());
  return exit_ok;
}

int list(const backup_flags& flags) {
  const auto all = list_backups(flags.to);
  if (!all) return fail("backup list", all.failure());
  for (const auto& each : all->readable) {
    std::printf("%s\n", (flags.json ? summary_json(each) : in_words(each)).c_str());
  }
  for (const auto& each : all->unreadable) {
    std::printf("%s\n", (flags.json ? to_json(each) : each.id + "  cannot be read: " + each.why.message).c_str());
  }
  return exit_ok;
}

int verify(const backup_flags& flags) {
  const auto found = verify_backups(flags.to);
  if (!found) return fail("backup verify", found.failure());
  for (const auto& each : *found) {
    const auto where = each.backup + (each.name.empty() ? "" : " " + each.name);
    if (!flags.json) {
      std::printf("%s: %s\n", where.c_str(), each.what.c_str());
      continue;
    }
    auto line = json_tree::of_object();
    line.set("backup", json_tree::of_text(each.backup));
    line.set("name", json_tree::of_text(each.name));
    line.set("what", json_tree::of_text(each.what));
    std::printf("%s\n", line.compact().c_str());
  }
  if (found->empty() && !flags.json)
    std::printf("every file of every backup in %s is as it was stored\n", flags.to.c_str());
  return found->empty() ? exit_ok : exit_failed;
}

int prune(const backup_flags& flags) {
  const pruning_order order{.keep_days = flags.keep_days, .damaged = flags.damaged};
  const auto outcome = prune_backups(flags.to, order, system_clock());
  if (!outcome) return fail("backup prune", outcome.failure());
  for (const auto& id : outcome->removed) std::printf("%s\n", id.c_str());
  for (const auto& each : outcome->unreadable) tell_of_damage(each.id, each.why.message);
  return exit_ok;
}

int restore(const invocation& call, const backup_flags& flags) {
  auto set = given(flags);
  const auto settings = load_options(call, set);
  if (!settings) return fail_configuration("restore", settings.failure());
  const auto receipt = restore_backup({.directory = flags.from,
                                       .id = flags.at,
                                       .database = settings->store.path,
                                       .artifacts = flags.model_dir,
                                       .configuration = flags.config_to});
  note(*settings, "restore of " + settings->store.path + " from " + flags.from, receipt ? nullptr : &receipt.failure());
  if (!receipt) return fail("restore", receipt.failure());
  if (flags.json) {
    auto out = *parse_json(summary_json(receipt->manifest));
    out.set("erased_users", json_tree::of_integer(receipt->erased_users));
    out.set("erased_model_rows", json_tree::of_integer(receipt->erased_model_rows));
    std::printf("%s\n", out.compact().c_str());
    return exit_ok;
  }
  std::printf("restored %s to %s\n", in_words(receipt->manifest).c_str(), settings->store.path.c_str());
  if (receipt->erased_users > 0) {
    std::printf("erased again: %llu users\n", static_cast<unsigned long long>(receipt->erased_users));
  }
  return exit_ok;
}

}  // namespace

void add_backup(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "backup",
                              "Copies the database at one moment, offsets included, with the models and the files of "
                              "--config. What an earlier backup holds is not stored again. A running service does it "
                              "beside its work. Backups older than --keep-days go, never the newest.",
                              "freshet backup --db data/recsys.db --model-dir artifacts/cf --to /var/backups/freshet");
  const auto flags = std::make_shared<backup_flags>();
  command.add_option("--db", flags->db, "Database directory (store.path)")->type_name("DIR");
  command.add_option("--to", flags->to, "Directory of the backups; created when missing")->type_name("DIR");
  command.add_option("--model-dir", flags->model_dir, "Artifacts root or model directory (model.dir)")
      ->type_name("DIR");
  command.add_option("--keep-days", flags->keep_days, "Age in days at which backups go; 0 = none does")
      ->capture_default_str();
  command.add_flag("--json", flags->json, "Print JSON");
  command.require_subcommand(0, 1);
  command.callback([&call, &command, flags] {
    if (command.get_subcommands().empty()) call.run = [&call, flags] { return back_up(call, *flags); };
  });
  const auto add = [&](const char* name, const char* description, int (*run)(const backup_flags&)) -> CLI::App& {
    auto& sub = add_command(command, call, name, description,
                            std::string("freshet backup ") + name + " --to /var/backups/freshet");
    sub.add_option("--to", flags->to, "Directory of the backups")->required()->type_name("DIR");
    sub.callback([&call, flags, run] { call.run = [flags, run] { return run(*flags); }; });
    return sub;
  };
  add("list", "Lists the backups, oldest first; then those that cannot be read, and why.", list)
      .add_flag("--json", flags->json, "One line of JSON for each");
  add("verify", "Reads every byte of every backup; names what is damaged and ends with 1 then.", verify)
      .add_flag("--json", flags->json, "One line of JSON for each damaged file");
  auto& pruning = add("prune",
                      "Removes old backups, never the newest, and bytes that none needs. Prints the ids of those that "
                      "went, and on standard error those that cannot be read, which stay.",
                      prune);
  pruning.add_option("--keep-days", flags->keep_days, "Age in days at which backups go; 0 = none does")
      ->capture_default_str();
  pruning.add_flag("--damaged", flags->damaged, "Those whose manifest is damaged go too");
}

void add_restore(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "restore",
                  "Makes a database, and models, again from a backup, in places that are empty. Every file "
                  "is checked first; users who were erased since are erased again. A service started on it "
                  "goes on from the offsets of the backup.",
                  "freshet restore --from /var/backups/freshet --db data/recsys.db --model-dir artifacts/cf");
  const auto flags = std::make_shared<backup_flags>();
  command.add_option("--from", flags->from, "Directory of the backups")->required()->type_name("DIR");
  command.add_option("--at", flags->at, "Id of the backup, as `freshet backup list` shows it; default: the newest")
      ->type_name("ID");
  command.add_option("--db", flags->db, "Database directory to make (store.path)")->type_name("DIR");
  command.add_option("--model-dir", flags->model_dir, "Where models go; default: they are not restored")
      ->type_name("DIR");
  command.add_option("--config-dir", flags->config_to, "Where files of the configuration go; default: not restored")
      ->type_name("DIR");
  command.add_flag("--json", flags->json, "Print JSON");
  command.callback([&call, flags] { call.run = [&call, flags] { return restore(call, *flags); }; });
}

}  // namespace freshet::tools
