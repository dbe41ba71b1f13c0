// `freshet export`: the events and items of a database as files that DuckDB, pandas, Spark and `ingest` read.
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "io/files/event_writer.hpp"
#include "io/files/item_json.hpp"
#include "io/files/output_file.hpp"
#include "io/store/event_store.hpp"
#include "io/store/store_settings.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/progress.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

constexpr const char* description =
    "Write the events and items of the database to files, as they are at this moment: Parquet, CSV or NDJSON by the "
    "name, text also compressed (.gz, .zst). Reads beside a running service. What is older than the retention and what "
    "was erased is not in it; who is erased later stays in the file. A file appears when it is complete.";
constexpr const char* example =
    "freshet export --db data/recsys.db --events events.parquet --items items.ndjson\n"
    "  duckdb -c \"SELECT item_id, count(*) FROM 'events.parquet' GROUP BY 1 ORDER BY 2 DESC LIMIT 10\"";

struct export_flags {
  std::string db;
  std::string events;
  std::string items;
  bool as_json = false;
};

struct exported {
  std::uint64_t users = 0;
  std::uint64_t events = 0;
  std::uint64_t items = 0;
};

status make_directory_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  std::error_code failed;
  if (!parent.empty()) std::filesystem::create_directories(parent, failed);
  if (failed) return error{error_code::io_failure, "cannot make a directory for " + path + ": " + failed.message()};
  return success{};
}

/// User after user, each one's events in the order of time. The reader's view does not move meanwhile.
status export_events(const event_store& store, const std::string& path, exported& done, stop_request& stop) {
  FRESHET_TRY(make_directory_of(path));
  FRESHET_ASSIGN(auto writer, create_event_writer_by_name(path));
  FRESHET_ASSIGN(const auto counts, store.counts());
  progress shown("events");
  status written = success{};
  const auto write_user = [&](user_index user) -> status {
    FRESHET_ASSIGN(auto events, store.events(user, SIZE_MAX, std::nullopt));
    std::reverse(events.begin(), events.end());
    for (const auto& each : events) FRESHET_TRY(writer->add(each.value));
    done.users += events.empty() ? 0 : 1;
    done.events += events.size();
    shown.update({.count = done.events, .part = done.events, .whole = counts.events});
    return success{};
  };
  FRESHET_TRY(store.for_each_history([&](user_index user, std::span<const interaction>) {
    written = write_user(user);
    return written.ok() && !stop.is_made();
  }));
  FRESHET_TRY(written);
  return stop.is_made() ? status(success{}) : writer->finish();
}

status export_items(const event_store& store, const std::string& path, exported& done) {
  constexpr std::size_t bytes_at_once = 1 << 20;
  FRESHET_TRY(make_directory_of(path));
  FRESHET_ASSIGN(const auto file, create_output_file(path));
  std::string lines;
  status written = success{};
  FRESHET_TRY(store.for_each_item([&](item_index, const item& each) {
    lines += encode_item_json(each) + "\n";
    ++done.items;
    if (lines.size() < bytes_at_once || !written) return;
    written = file->write(lines);
    lines.clear();
  }));
  FRESHET_TRY(written);
  FRESHET_TRY(file->write(lines));
  return file->commit();
}

/// Every item has attributes of its own, which a table's one header does not suit.
status check(const export_flags& flags) {
  if (flags.events.empty() && flags.items.empty()) {
    return error{error_code::invalid_argument, "nothing to do; give --events, --items or both"};
  }
  if (!flags.items.empty() && (format_of(flags.items) != file_format::ndjson || flags.items.ends_with(".xz"))) {
    return error{error_code::invalid_argument,
                 flags.items + ": items are written as NDJSON; end the name in .ndjson, .ndjson.gz or .ndjson.zst"};
  }
  return success{};
}

void print(const export_flags& flags, const exported& done, std::chrono::duration<double> elapsed) {
  const auto as_number = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
  if (flags.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"events", done.events},
                                                     {"users", done.users},
                                                     {"items", done.items},
                                                     {"seconds", elapsed.count()}})
                            .c_str());
    return;
  }
  if (!flags.events.empty()) {
    std::printf("%s: %llu events of %llu users\n", flags.events.c_str(), as_number(done.events), as_number(done.users));
  }
  if (!flags.items.empty()) std::printf("%s: %llu items\n", flags.items.c_str(), as_number(done.items));
}

int run_export(const invocation& call, const export_flags& flags) {
  const auto start = std::chrono::steady_clock::now();
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("export", settings.failure());
  if (const auto usable = check(flags); !usable) {
    fail("export", usable.failure());
    return exit_usage;
  }
  const auto store = event_store::open_reader(settings->store.path, to_store_options(*settings));
  if (!store) return fail("export", store.failure());
  stop_request stop;
  exported done;
  status written = success{};
  if (!flags.events.empty()) written = export_events(**store, flags.events, done, stop);
  if (written && stop.is_made()) {
    fail("export", {error_code::cancelled, "stopped; nothing was written"});
    return stop.exit_code();
  }
  if (written && !flags.items.empty()) written = export_items(**store, flags.items, done);
  if (!written) {
    fail("export", written.failure());
    // Of a name that does not say how to write the file.
    return written.failure().code == error_code::invalid_argument ? exit_usage : exit_failed;
  }
  print(flags, done, std::chrono::steady_clock::now() - start);
  return exit_ok;
}

}  // namespace

void add_export(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "export", description, example);
  auto flags = std::make_shared<export_flags>();
  command.add_option("--db", flags->db, "Database directory (store.path)")->type_name("D");
  command.add_option("--events", flags->events, "Events go here: .parquet, .csv, .ndjson; text also .gz, .zst")
      ->type_name("F");
  command.add_option("--items", flags->items, "Items go here: .ndjson, .ndjson.gz, .ndjson.zst")->type_name("F");
  command.add_flag("--json", flags->as_json, "The counts as one JSON object");
  command.callback([&call, flags] { call.run = [&call, flags] { return run_export(call, *flags); }; });
}

}  // namespace freshet::tools
