// `freshet gdpr`: what a user may ask for.
#include <cstdio>
#include <memory>

#include "core/base/text.hpp"
#include "io/files/atomic_file.hpp"
#include "io/http/client.hpp"
#include "io/http/target.hpp"
#include "io/store/owner_lock.hpp"
#include "io/store/user_export.hpp"
#include "io/telemetry/audit_log.hpp"
#include "tools/freshet/command.hpp"

namespace freshet::tools {
namespace {

using namespace std::chrono_literals;

struct gdpr_flags {
  std::string user_id;
  std::string db;
  std::string output;
};

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
    FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path));
    FRESHET_ASSIGN(auto document, export_user(*store, user_id, time.now_seconds()));
    if (!document) return no_such_user(user_id);
    return std::move(*document);
  };
  auto document = read();
  const std::string failure = document ? "" : document.failure().message;
  FRESHET_TRY(audit.record({.action = "DATA_EXPORT", .user_id = user_id, .failure = failure}));
  return document;
}

/// Whether a service owns the database, which then writes the audit line and has what its log holds besides.
bool has_service(const std::filesystem::path& database, const std::filesystem::path& socket) {
  std::error_code unknown;
  if (!std::filesystem::exists(socket, unknown)) return false;
  const auto lock = owner_lock::take(database);
  return !lock && lock.failure().code == error_code::conflict;
}

result<std::string> document_of(const options& settings, const std::string& user_id) {
  const auto socket = std::filesystem::absolute(settings.store.path) / "owner.sock";
  return has_service(settings.store.path, socket) ? document_from_service(socket, user_id)
                                                  : document_from_store(settings, user_id);
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
  std::map<std::string, std::string> given;
  if (!flags.db.empty()) given["store.path"] = flags.db;
  const auto settings = load_options(call, given);
  if (!settings) return fail_configuration("gdpr export-user", settings.failure());
  const auto document = document_of(*settings, flags.user_id);
  if (!document) return fail("gdpr export-user", document.failure());
  const auto written = write_document(*document, flags.output);
  return written ? exit_ok : fail("gdpr export-user", written.failure());
}

}  // namespace

void add_gdpr(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "gdpr", "What users may ask for: their data.",
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
}

}  // namespace freshet::tools
