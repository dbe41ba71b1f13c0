// `freshet stream-ingest`: event files that arrive in a directory, one after the other.
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "io/store/store_settings.hpp"
#include "tools/freshet/arriving_files.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/ingestion_report.hpp"

namespace freshet::tools {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* description =
    "Watch a directory and take every event file that arrives there, CSV, NDJSON or Parquet, plain or as .gz, .zst or "
    ".xz, once it is complete: when nobody has it open for writing. Hidden files, other names (.tmp, .part) and "
    "rejected "
    "rows are passed by. What was taken is remembered with the database, over restarts; a file that comes again "
    "changes "
    "nothing. A running service that owns the database is handed the rows; without one the database is open only while "
    "there is work.";
constexpr const char* example =
    "freshet stream-ingest data/incremental --db data/recsys.db\n"
    "  freshet stream-ingest /srv/drops --db data/recsys.db --once --json \\\n"
    "    --event-columns user_id=CustomerID,item_id=StockCode,ts=InvoiceDate,qty=Quantity";

struct stream_flags {
  std::string directory;
  std::string db;
  std::string event_columns;
  std::uint32_t poll_interval = 5;
  bool once = false;
  bool as_json = false;
};

int fail_usage(const error& why) {
  fail("stream-ingest", why);
  return exit_usage;
}

void print(const fs::path& file, const ingestion_counts& counts, bool as_json) {
  if (as_json) {
    std::printf("%s\n", json::serialize(json::object{{"file", file.string()}, {"events", to_json(counts)}}).c_str());
  } else {
    const auto words = in_words(file.filename().string() + ":", counts, "duplicates");
    std::fputs(words.empty() ? (file.filename().string() + ": no rows\n").c_str() : words.c_str(), stdout);
  }
  // Somebody may be following the output through a pipe.
  std::fflush(stdout);
}

int take_once(arriving_files& files, stop_request& stop) {
  const auto left = files.take_once(stop);
  if (!left) return fail("stream-ingest", left.failure());
  for (const auto& each : left->being_written) {
    std::fprintf(stderr, "freshet stream-ingest: %s is still being written and was left\n", each.path.c_str());
  }
  if (stop.is_made()) {
    fail("stream-ingest", {error_code::cancelled, "stopped; what is named above is stored, run it again for the rest"});
    return stop.exit_code();
  }
  return left->unreadable == 0 ? exit_ok : exit_failed;
}

int stream_ingest(const invocation& call, const stream_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("stream-ingest", settings.failure());
  const auto columns = parse_event_columns(flags.event_columns);
  if (!columns) return fail_usage(columns.failure());
  std::error_code failed;
  if (!fs::is_directory(flags.directory, failed)) {
    return fail("stream-ingest", {error_code::not_found, flags.directory + " is no directory; make it first"});
  }
  stop_request stop;
  const auto open_target = [&] { return open_ingest_target(settings->store.path, to_store_options(*settings), stop); };
  // What is wrong with the database is said now, not with the first file.
  if (const auto target = open_target(); !target) return fail("stream-ingest", target.failure());
  const auto files = arriving_files::open(
      {.directory = flags.directory,
       .database = settings->store.path,
       .columns = *columns,
       .interval = std::chrono::seconds(flags.poll_interval),
       .open_target = open_target,
       .on_taken = [&](const fs::path& file, const ingestion_counts& counts) { print(file, counts, flags.as_json); },
       .on_failure = [](const error& why) { fail("stream-ingest", why); }});
  if (!files) return fail("stream-ingest", files.failure());
  if (flags.once) return take_once(**files, stop);
  (*files)->follow(stop);
  // Nothing is lost by the stop: it is how this command ends.
  return exit_ok;
}

}  // namespace

void add_stream_ingest(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "stream-ingest", description, example);
  auto flags = std::make_shared<stream_flags>();
  command.add_option("DIR", flags->directory, "The directory; its files stay where they are")
      ->required()
      ->type_name("D");
  command.add_option("--db", flags->db, "Database directory (store.path); made when it is missing")->type_name("D");
  command
      .add_option("--poll-interval", flags->poll_interval,
                  "Seconds between looks where the system tells of no changes, as on network file systems (5)")
      ->type_name("S")
      ->check(CLI::Range(1, 86'400));
  command.add_option("--event-columns", flags->event_columns, "Columns of foreign files: user_id=CustomerID,...")
      ->type_name("FIELD=COLUMN,...");
  command.add_flag("--once", flags->once, "Take what is there and end; 1 when a file could not be read");
  command.add_flag("--json", flags->as_json, "For each file a JSON object on a line");
  command.callback([&call, flags] { call.run = [&call, flags] { return stream_ingest(call, *flags); }; });
}

}  // namespace freshet::tools
