// `freshet ingest`: events and items from files, or standard input, into the database.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "io/store/store_settings.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/file_ingestion.hpp"
#include "tools/freshet/ingestion_report.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

constexpr const char* description =
    "Take events and items from CSV, NDJSON or Parquet files, plain or as .gz, .zst or .xz. Repeated runs append; the "
    "same file twice changes nothing. A running service that owns the database is handed the rows.";
constexpr const char* example =
    "freshet ingest --events events.parquet --items items.csv --db data/recsys.db\n"
    "  xz -dc retail.csv.xz | freshet ingest --events - --format csv --db data/recsys.db \\\n"
    "    --event-columns user_id=CustomerID,item_id=StockCode,ts=InvoiceDate,qty=Quantity";

struct ingest_flags {
  std::vector<std::string> events;
  std::string items;
  std::vector<std::string> positional;
  std::string db;
  std::string format;
  std::string event_columns;
  std::string item_columns;
  bool as_json = false;
};

struct opened_files {
  std::vector<opened_file<event>> events;
  std::optional<opened_file<item>> items;
};

error usage(const std::string& why) {
  return error{error_code::invalid_argument, why};
}

/// The positional form of the runbook: events file, then items file.
result<ingest_flags> with_positional(ingest_flags flags) {
  for (auto& file : flags.positional) {
    if (flags.events.empty()) {
      flags.events.push_back(std::move(file));
    } else if (flags.items.empty()) {
      flags.items = std::move(file);
    } else {
      return usage(file + " is one file too many; give several files of events as --events F1 F2 ...");
    }
  }
  if (flags.events.empty() && flags.items.empty()) return usage("nothing to do; give --events, --items or both");
  const auto from_stdin = std::count(flags.events.begin(), flags.events.end(), "-") + (flags.items == "-" ? 1 : 0);
  if (from_stdin > 1) return usage("standard input can be read once; give one of the files by name");
  return flags;
}

/// Opens every file and looks at its header before anything is written.
result<opened_files> open_files(const ingest_flags& flags, const column_map& event_map, const column_map& item_map,
                                const clock& time) {
  opened_files opened;
  const auto format = parse_format(flags.format);
  for (const auto& path : flags.events) {
    FRESHET_ASSIGN(auto rows, open_events(path, {.format = format, .columns = event_map, .ignored_columns = {}}, time));
    opened.events.push_back({path, std::move(rows)});
  }
  if (flags.items.empty()) return opened;
  // --format is for the file whose name does not say it.
  const auto by_name = format_of(flags.items);
  read_options options{.format = by_name ? by_name : format, .columns = item_map, .ignored_columns = {}};
  // Where one file is both, who bought an item and when is no attribute of it.
  for (const auto& [field, column] : event_map) {
    if (field != "item_id") options.ignored_columns.push_back(column);
  }
  FRESHET_ASSIGN(auto rows, open_items(flags.items, options));
  opened.items.emplace(opened_file<item>{flags.items, std::move(rows)});
  return opened;
}

status ingest_files(opened_files files, file_ingestion& work, stop_request& stop) {
  if (files.items) FRESHET_TRY(work.add_items(*std::move(files.items)));
  for (auto& file : files.events) {
    if (!stop.is_made()) FRESHET_TRY(work.add_events(std::move(file)));
  }
  return success{};
}

struct outcome {
  const ingestion_counts& events;
  const ingestion_counts& items;
  /// Nothing when a service owns the database.
  const store_counts* database{};
  bool is_service{};
  bool is_stopped{};
  std::chrono::duration<double> elapsed;
};

void print(const outcome& done) {
  std::fputs(in_words("items: ", done.items, "repeated").c_str(), stdout);
  std::fputs(in_words("events:", done.events, "duplicates").c_str(), stdout);
  if (done.is_service) std::printf("handed to the running service that owns the database\n");
  if (done.database != nullptr) {
    std::printf("the database holds %s users, %s items, %s events\n", with_commas(done.database->users).c_str(),
                with_commas(done.database->items).c_str(), with_commas(done.database->events).c_str());
  }
}

void print_json(const outcome& done) {
  json::object document{{"events", to_json(done.events)},
                        {"items", to_json(done.items)},
                        {"handed_to_service", done.is_service},
                        {"stopped", done.is_stopped},
                        {"seconds", done.elapsed.count()}};
  if (done.database != nullptr) {
    document["database"] = {
        {"users", done.database->users}, {"items", done.database->items}, {"events", done.database->events}};
  }
  std::printf("%s\n", json::serialize(document).c_str());
}

int fail_usage(const error& why) {
  fail("ingest", why);
  return exit_usage;
}

int ingest(const invocation& call, const ingest_flags& given) {
  const auto start = std::chrono::steady_clock::now();
  const auto settings =
      load_options(call, given.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", given.db}});
  if (!settings) return fail_configuration("ingest", settings.failure());
  const auto flags = with_positional(given);
  if (!flags) return fail_usage(flags.failure());
  const auto event_map = parse_event_columns(flags->event_columns);
  if (!event_map) return fail_usage(event_map.failure());
  const auto item_map = parse_item_columns(flags->item_columns);
  if (!item_map) return fail_usage(item_map.failure());
  const system_clock time;
  auto files = open_files(*flags, *event_map, *item_map, time);
  if (!files) return fail("ingest", files.failure());
  // Only now: a signal ends a wait for the first bytes of standard input at once.
  stop_request stop;
  const std::filesystem::path db = settings->store.path;
  const auto target = open_ingest_target(db, to_store_options(*settings), stop);
  if (!target) return fail("ingest", target.failure());

  file_ingestion work(**target, db.has_parent_path() ? db.parent_path() : ".", stop);
  auto worked = ingest_files(*std::move(files), work, stop);
  if (const auto kept = (*target)->finish(); worked && !kept) worked = kept;
  const auto database = (*target)->counts();
  const outcome done{.events = work.events(),
                     .items = work.items(),
                     .database = database && *database ? &**database : nullptr,
                     .is_service = (*target)->is_service(),
                     .is_stopped = stop.is_made(),
                     .elapsed = std::chrono::steady_clock::now() - start};
  given.as_json ? print_json(done) : print(done);
  if (!worked && worked.failure().code != error_code::cancelled) return fail("ingest", worked.failure());
  if (done.is_stopped) {
    fail("ingest", {error_code::cancelled, "stopped; what is counted above is stored, run it again for the rest"});
    return stop.exit_code();
  }
  for (const auto& wrong : {only_rejected(done.items, "items"), only_rejected(done.events, "events")}) {
    if (wrong) return fail("ingest", *wrong);
  }
  return exit_ok;
}

}  // namespace

void add_ingest(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "ingest", description, example);
  auto flags = std::make_shared<ingest_flags>();
  command.add_option("--events", flags->events, "Files of events; - is standard input")->type_name("F...");
  command.add_option("--items", flags->items, "File of items; rows that repeat an id: the last wins")->type_name("F");
  command.add_option("FILES", flags->positional, "Events file and items file, as the runbook writes them")
      ->type_name("F");
  command.add_option("--db", flags->db, "Database directory (store.path); made when it is missing")->type_name("D");
  command.add_option("--format", flags->format, "Format of files whose names do not say it, and of standard input")
      ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
  command.add_option("--event-columns", flags->event_columns, "Columns of foreign files: user_id=CustomerID,...")
      ->type_name("FIELD=COLUMN,...");
  command.add_option("--item-columns", flags->item_columns, "The same for items: item_id=StockCode,title=Description")
      ->type_name("FIELD=COLUMN,...");
  command.add_flag("--json", flags->as_json, "The counts as one JSON object");
  command.callback([&call, flags] { call.run = [&call, flags] { return ingest(call, *flags); }; });
}

}  // namespace freshet::tools
