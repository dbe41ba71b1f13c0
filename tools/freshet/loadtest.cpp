// `freshet loadtest`: how long the users of a running service wait.
#include <atomic>
#include <cmath>
#include <cstdio>
#include <memory>
#include <thread>

#include "io/files/atomic_file.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/load_mix.hpp"
#include "tools/freshet/load_report.hpp"
#include "tools/freshet/progress.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {
namespace {

/// The operations guide counts 91.4 % of its traffic from users without a model.
constexpr double cold_share_of_mixed = 0.914;

struct loadtest_flags {
  std::string host = "localhost";
  std::uint16_t port = 8000;
  std::uint64_t total = 0;
  double duration_s = 0;
  std::size_t connections = 10;
  double rate = 0;
  double events_rate = 0;
  std::string mix = "cf";
  mix_options requests;
  std::string db;
  std::string api_key;
  double timeout_s = 10;
  double errors_max = 0.01;
  bool as_json = false;
  std::string output;
  std::string kinds = "recommend=1";
  std::string plot;
};

result<load_ids> ids_for(const loadtest_flags& flags) {
  if (!flags.db.empty()) return read_load_ids(flags.db);
  std::fprintf(stderr, "freshet loadtest: no --db, so users and items are the numbers 1 to 10000\n");
  return numbered_ids(10'000, 10'000);
}

http::load_plan plan_for(const loadtest_flags& flags) {
  http::load_plan plan;
  plan.host = flags.host;
  plan.port = std::to_string(flags.port);
  plan.connections = flags.connections;
  plan.rate = flags.rate;
  plan.requests_max = flags.total;
  plan.duration_max =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(flags.duration_s));
  plan.timeout = std::chrono::milliseconds(std::llround(flags.timeout_s * 1000));
  if (!flags.api_key.empty()) plan.header_lines = "Authorization: Bearer " + flags.api_key + "\r\n";
  return plan;
}

/// Posts events beside the requests, until those are over.
class event_traffic {
 public:
  event_traffic(const loadtest_flags& flags, load_ids ids) : mix_(std::move(ids), {.seed = flags.requests.seed + 1}) {
    if (flags.events_rate <= 0) return;
    plan_ = plan_for(flags);
    plan_.rate = flags.events_rate;
    plan_.requests_max = 0;
    plan_.duration_max = {};
    plan_.next = [this](std::uint64_t) { return mix_.next_event(); };
    plan_.done = [this](const http::load_outcome& one) { report_.record(one); };
    plan_.stop = [this] { return over_.load(); };
    thread_ = std::thread([this] {
      outcome_ = http::generate_load(plan_);
      if (outcome_) report_.finish(*outcome_);
    });
  }
  ~event_traffic() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  event_traffic(const event_traffic&) = delete;
  event_traffic& operator=(const event_traffic&) = delete;

  /// Null when there was none.
  result<const load_report*> end() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
    if (!outcome_) return outcome_.failure();
    return plan_.rate > 0 ? &report_ : nullptr;
  }

 private:
  load_mix mix_;
  http::load_plan plan_;
  load_report report_;
  result<http::load_summary> outcome_ = http::load_summary{};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

result<load_report> run_requests(const loadtest_flags& flags, const load_ids& ids, stop_request& stop) {
  load_report report;
  load_mix mix(ids, flags.requests);
  progress shown("requests");
  auto plan = plan_for(flags);
  plan.next = [&](std::uint64_t) { return mix.next_recommendation(); };
  plan.done = [&](const http::load_outcome& one) {
    report.record(one);
    if (flags.total > 0) {
      shown.update({.count = report.count(), .part = report.count(), .whole = flags.total});
    } else {
      shown.update({.count = report.count(),
                    .part = static_cast<std::uint64_t>(one.at.count()),
                    .whole = static_cast<std::uint64_t>(plan.duration_max.count())});
    }
  };
  plan.stop = [&] { return stop.is_made(); };
  FRESHET_ASSIGN(const auto summary, http::generate_load(plan));
  report.finish(summary);
  return report;
}

status show(const loadtest_flags& flags, const load_report& requests, const load_report* events) {
  const load_description described{.address = flags.host + ":" + std::to_string(flags.port),
                                   .mix = flags.mix,
                                   .connections = flags.connections,
                                   .rate = flags.rate};
  const std::string document = to_json(described, requests, events);
  if (!flags.output.empty()) FRESHET_TRY(write_file_atomically(flags.output, document));
  if (!flags.plot.empty()) {
    FRESHET_TRY(draw(requests.to_plot("freshet loadtest, " + flags.mix + ", " + flags.kinds), flags.plot));
  }
  if (flags.as_json) {
    std::fputs(document.c_str(), stdout);
    return success{};
  }
  std::fputs(requests.to_table("recommendations").c_str(), stdout);
  if (events != nullptr) std::fputs(events->to_table("events").c_str(), stdout);
  return success{};
}

int loadtest(loadtest_flags flags) {
  const auto kinds = parse_kinds(flags.kinds);
  if (!kinds) {
    fail("loadtest", kinds.failure());
    return exit_usage;
  }
  flags.requests.kinds = *kinds;
  const auto ids = ids_for(flags);
  if (!ids) return fail("loadtest", ids.failure());
  stop_request stop;
  event_traffic events(flags, *ids);
  const auto requests = run_requests(flags, *ids, stop);
  if (!requests) return fail("loadtest", requests.failure());
  const auto ended = events.end();
  if (!ended) return fail("loadtest", ended.failure());
  const load_report* posted = *ended;
  if (const auto shown = show(flags, *requests, posted); !shown) return fail("loadtest", shown.failure());
  const auto errors = requests->errors() + (posted == nullptr ? 0 : posted->errors());
  const auto count = requests->count() + (posted == nullptr ? 0 : posted->count());
  if (static_cast<double>(errors) <= flags.errors_max * static_cast<double>(count)) return exit_ok;
  std::fprintf(stderr, "freshet loadtest: %llu of %llu requests failed, more than the %g allowed\n",
               static_cast<unsigned long long>(errors), static_cast<unsigned long long>(count), flags.errors_max);
  return exit_failed;
}

void declare_flags(CLI::App& command, loadtest_flags& flags) {
  command.add_option("--host", flags.host, "Where the service listens")->capture_default_str();
  command.add_option("--port", flags.port, "Where the service listens")->capture_default_str();
  auto* total = command.add_option("--total", flags.total, "Recommendations to ask for")->check(CLI::PositiveNumber);
  auto* duration =
      command.add_option("--duration", flags.duration_s, "Seconds to go on for")->check(CLI::PositiveNumber);
  command.add_option("--concurrency", flags.connections, "Connections")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command
      .add_option("--rate", flags.rate,
                  "Requests a second, sent when they are due whatever became of the others (open loop), latency "
                  "measured from then; 0 = each connection as fast as it is answered")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--events-rate", flags.events_rate, "Events a second to post besides")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      .add_option("--mix", flags.mix, "cf: users of the database; coldstart: users nobody knows; mixed: 91 % of those")
      ->check(CLI::IsMember({"cf", "coldstart", "mixed"}))
      ->capture_default_str();
  command.add_option("--surface", flags.requests.surface, "guide: POST /recommend; lite: GET /recommend; v1")
      ->check(CLI::IsMember({"guide", "lite", "v1"}))
      ->capture_default_str();
  command
      .add_option(
          "--kinds", flags.kinds,
          "Shares of the kinds of requests: recommend, similar, batch (100 users), filtered (by price), reranked")
      ->capture_default_str();
  command.add_option("--price-max", flags.requests.price_max, "What filtered requests ask for")->capture_default_str();
  command.add_option("--topk", flags.requests.topk, "Items to ask for")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command.add_option("--db", flags.db, "Database to draw users and items from; without it numbers are used");
  command.add_option("--seed", flags.requests.seed, "The same seed gives the same requests")->capture_default_str();
  command.add_option("--api-key", flags.api_key, "Sent as Authorization: Bearer")->envname("FRESHET_API_KEY");
  command.add_option("--timeout", flags.timeout_s, "Seconds after which an answer counts as none")
      ->check(CLI::Range(0.001, 3600.0))
      ->capture_default_str();
  command.add_option("--max-errors", flags.errors_max, "Share of failed requests above which the test fails")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_flag("--json", flags.as_json, "Print JSON");
  command.add_option("--output", flags.output, "Also write the JSON to a file");
  command.add_option("--plot", flags.plot, "Draw latency by second into an SVG (with gnuplot)");
  command.callback([&flags, total, duration] {
    if (total->count() == 0 && duration->count() == 0) flags.total = 1'000;
  });
}

}  // namespace

void add_loadtest(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "loadtest", "Asks a running service for recommendations and measures the wait.",
                  "freshet loadtest --port 8000 --db data/recsys.db --rate 500 --duration 60 --mix mixed "
                  "--events-rate 100 --output load.json");
  auto flags = std::make_shared<loadtest_flags>();
  declare_flags(command, *flags);
  command.final_callback([&call, flags] {
    flags->requests.cold_share = flags->mix == "cf" ? 0 : flags->mix == "coldstart" ? 1 : cold_share_of_mixed;
    call.run = [flags] { return loadtest(*flags); };
  });
}

}  // namespace freshet::tools
