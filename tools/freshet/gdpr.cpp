// `freshet gdpr`: what a user may ask for.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>

#include "core/base/text.hpp"
#include "core/data/event.hpp"
#include "io/files/atomic_file.hpp"
#include "io/http/client.hpp"
#include "io/http/target.hpp"
#include "io/store/store_settings.hpp"
#include "io/store/user_export.hpp"
#include "io/telemetry/audit_log.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/erasure.hpp"
#include "tools/freshet/owner.hpp"

namespace freshet::tools {
namespace {

using namespace std::chrono_literals;

struct gdpr_flags {
  std::string user_id;
  std::vector<std::string> user_ids;
  std::string users_file;
  std::string db;
  std::string model_dir;
  std::string output;
  bool yes = false;
};

std::map<std::string, std::string> given(const gdpr_flags& flags) {
  std::map<std::string, std::string> set;
  if (!flags.db.empty()) set["store.path"] = flags.db;
  if (!flags.model_dir.empty()) set["model.dir"] = flags.model_dir;
  return set;
}

error no_such_user(const std::string& user_id) {
  return {error_code::not_found, "no event of the user " + in_quotes(user_id) + " is stored"};
}

/// From the service that owns the database; it writes the audit line.
result<std::string> document_from_service(const std::filesystem::path& socket, const std::string& user_id) {
  FRESHET_ASSIGN(const auto service, http::client::connect("unix:" + socket.string(), 60s));
  FRESHET_ASSIGN(auto answer,
                 service->send(http::method::get, "/v1/users/" + http::percent_encode(user_id) + "/export"));
  if (answer.status == 200) return std::move(answer.body);
  if (answer.status == 404) return no_such_user(user_id);
  return error{error_code::unavailable,
               "the running service answered " + std::to_string(answer.status) + ": " + answer.body};
}

/// From the database itself, which no service owns.
result<std::string> document_from_store(const options& settings, const std::string& user_id) {
  const system_clock time;
  const audit_log audit(settings.logging.dir, time);
  const auto read = [&]() -> result<std::string> {
    FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
    FRESHET_ASSIGN(auto document, export_user(*store, user_id, time.now_seconds()));
    if (!document) return no_such_user(user_id);
    return std::move(*document);
  };
  auto document = read();
  const std::string failure = document ? "" : document.failure().message;
  FRESHET_TRY(audit.record({.action = "DATA_EXPORT", .user_id = user_id, .failure = failure}));
  return document;
}

result<std::string> document_of(const options& settings, const std::string& user_id) {
  const auto socket = service_of(settings.store.path);
  return socket ? document_from_service(*socket, user_id) : document_from_store(settings, user_id);
}

status write_document(const std::string& document, const std::string& output) {
  if (output.empty() || output == "-") {
    std::printf("%s\n", document.c_str());
    return success{};
  }
  const std::filesystem::path path = output;
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  if (failed) {
    return error{error_code::io_failure, "cannot create " + path.parent_path().string() + ": " + failed.message()};
  }
  FRESHET_TRY(write_file_atomically(path, document + "\n"));
  std::fprintf(stderr, "wrote %s\n", output.c_str());
  return success{};
}

int export_data(const invocation& call, const gdpr_flags& flags) {
  const auto settings = load_options(call, given(flags));
  if (!settings) return fail_configuration("gdpr export-user", settings.failure());
  const auto document = document_of(*settings, flags.user_id);
  if (!document) return fail("gdpr export-user", document.failure());
  const auto written = write_document(*document, flags.output);
  return written ? exit_ok : fail("gdpr export-user", written.failure());
}

result<std::vector<std::string>> users_of(const gdpr_flags& flags) {
  auto ids = flags.user_ids;
  if (!flags.users_file.empty()) {
    FRESHET_ASSIGN(const auto text, read_file(flags.users_file == "-" ? "/dev/stdin" : flags.users_file));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) ids.push_back(std::move(line));
    }
  }
  for (const auto& id : ids) {
    if (id.empty() || id.size() > id_bytes_max) {
      return error{error_code::invalid_argument, in_quotes(id) + " is no id of a user: those have 1 to 256 bytes"};
    }
  }
  if (ids.empty()) return error{error_code::invalid_argument, "nobody is named; give --user-id or --users-file"};
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

/// Asks on a terminal; elsewhere nobody could answer.
bool confirmed(const std::vector<std::string>& ids, bool yes) {
  if (yes || ::isatty(STDIN_FILENO) == 0) return true;
  const std::string whom = ids.size() == 1 ? "user " + in_quotes(ids.front()) : std::to_string(ids.size()) + " users";
  std::fprintf(stderr, "Everything that is held of %s will be erased for good. Go on? [y/N] ", whom.c_str());
  char answer[16] = {};
  return std::fgets(answer, sizeof answer, stdin) != nullptr && (answer[0] == 'y' || answer[0] == 'Y');
}

int delete_data(const invocation& call, const gdpr_flags& flags) {
  const auto settings = load_options(call, given(flags));
  if (!settings) return fail_configuration("gdpr delete-user", settings.failure());
  const auto ids = users_of(flags);
  if (!ids) {
    fail("gdpr delete-user", ids.failure());
    return exit_usage;
  }
  if (!confirmed(*ids, flags.yes)) {
    return fail("gdpr delete-user", {error_code::cancelled, "not confirmed; nothing was erased"});
  }
  const auto receipt = erase_users(*settings, *ids);
  if (!receipt) return fail("gdpr delete-user", receipt.failure());
  const auto written = write_document(*receipt, flags.output);
  return written ? exit_ok : fail("gdpr delete-user", written.failure());
}

}  // namespace

void add_gdpr(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "gdpr", "What users may ask for: their data, and to be forgotten.",
                              "freshet gdpr export-user --user-id U1 --db data/recsys.db --output exports/U1.json");
  command.require_subcommand(1);
  const auto flags = std::make_shared<gdpr_flags>();
  auto& subcommand = add_command(command, call, "export-user",
                                 "Writes everything that is stored of a user as JSON: events, and the items of them. "
                                 "Every export is recorded in gdpr.log under logging.dir.",
                                 "freshet gdpr export-user --user-id U1 --db data/recsys.db --output exports/U1.json");
  subcommand.add_option("--user-id", flags->user_id, "The user")->required();
  subcommand.add_option("--db", flags->db, "Database directory (store.path); a running service that owns it is asked")
      ->type_name("DIR");
  subcommand
      .add_option("--output", flags->output, "File to write; missing directories are made; default: standard output")
      ->type_name("FILE");
  subcommand.callback([&call, flags] { call.run = [&call, flags] { return export_data(call, *flags); }; });

  auto& erase =
      add_command(command, call, "delete-user",
                  "Erases users: their events, what models learnt of them, mentions in log files. Prints the "
                  "receipt when no file holds them any more; a replay of the log brings nobody back. Asks on a "
                  "terminal. Every erasure is recorded in gdpr.log under logging.dir.",
                  "freshet gdpr delete-user --user-id U1 --db data/recsys.db --yes");
  erase.add_option("--user-id", flags->user_ids, "The user; may be given several times")->take_all()->expected(1);
  erase.add_option("--users-file", flags->users_file, "File with one id a line; - is standard input")
      ->type_name("FILE");
  erase.add_option("--db", flags->db, "Database directory (store.path); a running service that owns it does the work")
      ->type_name("DIR");
  erase.add_option("--model-dir", flags->model_dir, "Artifacts root or model directory (model.dir)")->type_name("DIR");
  erase.add_option("--output", flags->output, "File for the receipt; default: standard output")->type_name("FILE");
  erase.add_flag("--yes", flags->yes, "Do not ask");
  erase.callback([&call, flags] { call.run = [&call, flags] { return delete_data(call, *flags); }; });
}

}  // namespace freshet::tools
