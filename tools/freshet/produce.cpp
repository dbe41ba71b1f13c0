// `freshet produce`: events from files, or standard input, into a Kafka topic.
#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <thread>

#include "io/events/event_codec.hpp"
#include "io/events/kafka_sink.hpp"
#include "io/events/kafka_topic.hpp"
#include "io/files/event_reader.hpp"
#include "io/files/rejected_rows.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/paced_sender.hpp"
#include "tools/freshet/parse_ahead.hpp"
#include "tools/freshet/progress.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* description =
    "Send the events of CSV, NDJSON or Parquet files to a Kafka topic, keyed by user. An event that is sent again, "
    "from "
    "the same file or another form of it, is known by its id and changes nothing.";
constexpr const char* example =
    "freshet produce --events events.parquet --kafka localhost:9092 --topic shop.events --create-topic\n"
    "  freshet produce --events - --format ndjson --kafka localhost:9092 --topic shop.events --rate 500";

constexpr milliseconds broker_answer_max{10'000};

struct produce_flags {
  std::vector<std::string> events;
  std::string brokers;
  std::string topic;
  std::string format;
  std::string event_columns;
  double rate = 0;
  bool create_topic = false;
  std::int32_t partitions = 4;
  bool as_json = false;
};

struct production_counts {
  std::uint64_t read = 0;
  std::uint64_t rejected = 0;
  std::map<std::string, std::uint64_t> reasons;
  std::vector<std::string> rejected_files;
};

std::map<std::string, std::string> given(const produce_flags& flags) {
  std::map<std::string, std::string> set;
  if (!flags.brokers.empty()) set["kafka.brokers"] = flags.brokers;
  if (!flags.topic.empty()) set["kafka.topic"] = flags.topic;
  return set;
}

/// The topic is there, or was made because --create-topic asks for it.
status prepare_topic(const kafka_options& kafka, const produce_flags& flags, const std::shared_ptr<log>& messages) {
  FRESHET_ASSIGN(const auto found, find_topic(kafka, kafka.topic, messages, broker_answer_max));
  if (found) return success{};
  if (!flags.create_topic) {
    error missing = missing_topic(kafka, kafka.topic);
    missing.message += ", or give --create-topic";
    return missing;
  }
  return ensure_topic(kafka, {.name = kafka.topic, .partitions = flags.partitions, .properties = {}}, messages,
                      broker_answer_max);
}

/// Sends one file; returns at its end, or when a stop was requested.
status produce_file(const std::string& path, std::unique_ptr<event_reader> rows, paced_sender& sender,
                    production_counts& counts, stop_request& stop) {
  parse_ahead<event> parser(std::move(rows));
  rejected_rows rejected(path, ".");
  progress shown("events");
  const std::uint64_t sent_before = sender.sent();
  for (;;) {
    FRESHET_ASSIGN(const auto batch, parser.next(stop));
    if (!batch) break;
    for (const auto& bad : batch->bad) {
      ++counts.rejected;
      ++counts.reasons[std::string(bad.kind)];
      FRESHET_TRY(rejected.add(bad.line, bad.reason, bad.bytes));
    }
    counts.read += batch->bad.size();
    for (const auto& row : batch->rows) {
      FRESHET_ASSIGN(const bool sent, sender.send(row.user_id, encode(row), stop));
      if (!sent) break;
      ++counts.read;
      shown.update({.count = sender.sent() - sent_before, .part = batch->bytes_read, .whole = batch->bytes_total});
    }
  }
  if (!rejected.path().empty()) counts.rejected_files.push_back(rejected.path().string());
  return rejected.flush();
}

struct outcome {
  const production_counts& counts;
  std::uint64_t delivered{};
  std::string topic;
  bool is_stopped{};
  std::chrono::duration<double> elapsed{};

  double rate() const { return static_cast<double>(delivered) / std::max(elapsed.count(), 1e-3); }
};

void print(const outcome& done) {
  std::printf("%llu events read, %llu delivered to %s, %llu rejected, %.1f s, %.0f events/s\n",
              static_cast<unsigned long long>(done.counts.read), static_cast<unsigned long long>(done.delivered),
              done.topic.c_str(), static_cast<unsigned long long>(done.counts.rejected), done.elapsed.count(),
              done.rate());
  for (const auto& [reason, count] : done.counts.reasons) {
    std::printf("  %s %llu\n", reason.c_str(), static_cast<unsigned long long>(count));
  }
  for (const auto& file : done.counts.rejected_files) std::printf("  rejected rows are in %s\n", file.c_str());
}

void print_json(const outcome& done) {
  json::object reasons;
  for (const auto& [reason, count] : done.counts.reasons) reasons[reason] = count;
  const json::object document{{"topic", done.topic},
                              {"read", done.counts.read},
                              {"delivered", done.delivered},
                              {"rejected", done.counts.rejected},
                              {"reasons", std::move(reasons)},
                              {"rejected_files", json::value_from(done.counts.rejected_files)},
                              {"stopped", done.is_stopped},
                              {"seconds", done.elapsed.count()},
                              {"events_per_second", done.rate()}};
  std::printf("%s\n", json::serialize(document).c_str());
}

struct opened_events {
  std::string path;
  std::unique_ptr<event_reader> rows;
};

/// Looks at every file's header before anything is sent.
result<std::vector<opened_events>> open_files(const produce_flags& flags, const column_map& columns,
                                              const clock& time) {
  std::vector<opened_events> opened;
  for (const auto& path : flags.events) {
    read_options options{.format = parse_format(flags.format), .columns = columns, .ignored_columns = {}};
    FRESHET_ASSIGN(auto rows, open_events(path, options, time));
    opened.push_back({path, std::move(rows)});
  }
  return opened;
}

int produce(const invocation& call, const produce_flags& flags) {
  const auto settings = load_options(call, given(flags));
  if (!settings) return fail_configuration("produce", settings.failure());
  const auto columns = parse_event_columns(flags.event_columns);
  if (!columns) {
    fail("produce", columns.failure());
    return exit_usage;
  }
  const system_clock time;
  auto files = open_files(flags, *columns, time);
  if (!files) return fail("produce", files.failure());
  stop_request stop;
  const kafka_options& kafka = settings->kafka;
  const auto messages = log::to_stderr(call.log_level.empty() ? "WARNING" : call.log_level);
  if (const auto ready = prepare_topic(kafka, flags, messages); !ready) return fail("produce", ready.failure());
  auto sink = kafka_sink::open(kafka, messages);
  if (!sink) return fail("produce", sink.failure());

  const auto start = steady_clock::now();
  production_counts counts;
  paced_sender sender(**sink, flags.rate);
  status worked = success{};
  for (auto& file : *files) {
    if (worked && !stop.is_made()) worked = produce_file(file.path, std::move(file.rows), sender, counts, stop);
  }
  // Also after Ctrl-C and after a failure: what was sent is counted when it is known to have arrived.
  if (const auto arrived = sender.finish(stop); worked && !arrived) worked = arrived;
  const outcome done{.counts = counts,
                     .delivered = sender.delivered(),
                     .topic = kafka.topic,
                     .is_stopped = stop.is_made(),
                     .elapsed = steady_clock::now() - start};
  flags.as_json ? print_json(done) : print(done);
  if (!worked) return fail("produce", worked.failure());
  if (done.is_stopped) {
    fail("produce", {error_code::cancelled, "stopped; run it again for the rest: events sent twice change nothing"});
    return stop.exit_code();
  }
  if (counts.rejected > 0 && counts.rejected == counts.read) {
    return fail("produce",
                {error_code::invalid_argument, "none of the rows could be used; see " + counts.rejected_files.front()});
  }
  return exit_ok;
}

}  // namespace

void add_produce(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "produce", description, example);
  auto flags = std::make_shared<produce_flags>();
  command.add_option("--events", flags->events, "Files of events; - is standard input")->type_name("F...")->required();
  command.add_option("--kafka", flags->brokers, "Brokers (kafka.brokers)")->type_name("HOST:PORT,...");
  command.add_option("--topic", flags->topic, "Topic (kafka.topic)");
  command.add_option("--rate", flags->rate, "Events per second at most; as fast as possible without it")
      ->check(CLI::PositiveNumber);
  command.add_option("--format", flags->format, "Format of files whose names do not say it, and of standard input")
      ->check(CLI::IsMember({"csv", "ndjson", "parquet"}));
  command.add_option("--event-columns", flags->event_columns, "Columns of foreign files: user_id=CustomerID,...")
      ->type_name("FIELD=COLUMN,...");
  command.add_flag("--create-topic", flags->create_topic, "Create the topic when it is missing");
  command.add_option("--partitions", flags->partitions, "Partitions of a topic that is created (4)")
      ->check(CLI::Range(1, 10'000));
  command.add_flag("--json", flags->as_json, "The counts as one JSON object");
  command.callback([&call, flags] { call.run = [&call, flags] { return produce(call, *flags); }; });
}

}  // namespace freshet::tools
