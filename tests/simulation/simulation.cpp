#include "tests/simulation/simulation.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/spawning.hpp"
#include "core/models/ease/ease.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/registry.hpp"
#include "tests/simulation/faulty_store.hpp"
#include "tests/simulation/simulated_clients.hpp"
#include "tests/simulation/simulated_log.hpp"
#include "tests/support/recording_log.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* popularity_route = "/v1/popular?window=all&k=100";
/// Share of calls to the store and the log that fail.
constexpr double fault_share = .01;
/// Steps within which everything must have come to rest once nothing fails any more; fewer bring every restart.
constexpr std::uint64_t patience_steps = 200'000;
constexpr std::uint64_t rest_steps_min = 5'000;

options settings_for(const simulation_options& asked) {
  options settings;
  settings.model.dir = (asked.directory / "artifacts").string();
  settings.model.scorers = 2;
  settings.model.updaters = 2;
  settings.logging.dir = (asked.directory / "logs").string();
  settings.supervisor.restarts_max = 1'000'000;
  // It waits for its own answers, which one thread cannot.
  settings.warmup.enabled = false;
  settings.kafka.batch_records_max = 5;
  return settings;
}

std::unique_ptr<event_store> open_store(const simulation_options& asked) {
  auto opened = event_store::open(asked.directory / "db", {.sync_every_batch = false, .block_cache_bytes = 1 << 20});
  FRESHET_CHECK(opened.ok(), opened ? "" : opened.failure().message.c_str());
  return std::move(*opened);
}

class simulation {
 public:
  explicit simulation(const simulation_options& asked)
      : asked_(asked),
        dice_(asked.seed),
        settings_(settings_for(asked)),
        kept_(settings_.cache),
        table_(2, std::chrono::hours(1)),
        store_(open_store(asked), dice_.split(1)),
        log_(dice_.split(2), [this](const record& each) { clients_.on_record(each); }),
        clients_(dice_.split(3), [this](http::exchange_ptr call) { take_in(std::move(call)); }) {
    events_.source = &log_;
    events_.sink = &log_;
    visible_ = std::make_shared<visibility>(3, [](const applied_batch&) {});
    config_.set("scheduler.policy", caf::atom("testing"));
    system_ = std::make_unique<caf::actor_system>(config_);
    coordinator_ = dynamic_cast<caf::scheduler::test_coordinator*>(&system_->scheduler());
    FRESHET_CHECK(coordinator_ != nullptr);
    start_service();
  }
  ~simulation() {
    // Nobody sends itself anything any more, so that the scheduler can come to its end.
    caf::anon_send_exit(supervisor_, caf::exit_reason::kill);
    run_everything_once();
    for (const auto& each : everybody()) caf::anon_send_exit(each, caf::exit_reason::kill);
    supervisor_ = nullptr;
    crew_.reset();
    while (coordinator_->has_job()) coordinator_->run_once();
    system_.reset();
  }
  simulation(const simulation&) = delete;
  simulation& operator=(const simulation&) = delete;

  simulation_report run() {
    store_.fail(fault_share);
    log_.fail(fault_share);
    for (; report_.steps < asked_.steps && clients_.broken.empty(); ++report_.steps) step();
    come_to_rest();
    if (clients_.broken.empty()) check_everything();
    for (auto& each : clients_.broken) {
      report_.broken.push_back("step " + std::to_string(report_.steps) + ": " + std::move(each));
    }
    report_.answers = clients_.answers();
    report_.failures = store_.failures();
    report_.events = clients_.expected().events();
    return std::move(report_);
  }

 private:
  // --- the service

  void start_service() {
    const shared_parts parts{.settings = &settings_,
                             .time = &time_,
                             .measured = &measured_,
                             .ready = &ready_,
                             .ingestion = &ingestion_,
                             .journal = journal_,
                             .store = &store_,
                             .catalogue = &catalogue_,
                             .audience = &audience_,
                             .kept = &kept_,
                             .users = &table_,
                             .warm = &warm_,
                             .tasks = &tasks_,
                             .quality = &quality_,
                             .events = &events_,
                             .visible = visible_,
                             .gate = std::make_shared<admission>(10'000, std::chrono::hours(1)),
                             .request_stop = [](const std::string&) {},
                             .one_thread = true};
    supervisor_context context{.start = make_spawners(*system_, parts),
                               .scorers = settings_.model.scorers,
                               .updaters = settings_.model.updaters,
                               .restarts = settings_.supervisor,
                               .hot_reload = settings_.hot_reload,
                               .rollout = settings_.rollout,
                               .live_guard = settings_.live_guard,
                               .embeddings = "",
                               .table = &table_,
                               .catalogue = &catalogue_,
                               .audience = &audience_,
                               .time = &time_,
                               .measured = &measured_,
                               .journal = journal_.get(),
                               .ready = &ready_,
                               .on_wired = [this](wiring_ptr crew) { crew_ = std::move(crew); },
                               .give_up = [this](const std::string& why) { break_promise("gave up: " + why); }};
    supervisor_ = system_->spawn(make_supervisor, std::move(context));
    caf::anon_send(supervisor_, reload_atom::value);
  }

  void take_in(http::exchange_ptr call) {
    if (crew_) caf::anon_send(crew_->frontend, std::move(call));
  }

  std::vector<caf::actor> everybody() const {
    std::vector<caf::actor> all;
    if (!crew_) return all;
    for (const auto& each : crew_->scorers) all.push_back(caf::actor_cast<caf::actor>(each));
    for (const auto& each : crew_->updaters) all.push_back(caf::actor_cast<caf::actor>(each));
    all.push_back(caf::actor_cast<caf::actor>(crew_->recommender));
    all.push_back(caf::actor_cast<caf::actor>(crew_->publisher));
    all.push_back(caf::actor_cast<caf::actor>(crew_->librarian));
    all.push_back(caf::actor_cast<caf::actor>(crew_->trend_counter));
    all.push_back(caf::actor_cast<caf::actor>(crew_->custodian));
    all.push_back(caf::actor_cast<caf::actor>(crew_->retrainer));
    all.push_back(caf::actor_cast<caf::actor>(crew_->ingestor));
    all.push_back(caf::actor_cast<caf::actor>(crew_->warmer));
    all.push_back(caf::actor_cast<caf::actor>(crew_->frontend));
    return all;
  }

  // --- one step

  void step() {
    const auto roll = dice_.below(1'000);
    if (roll < 800) {
      run_somebody();
    } else if (roll < 880) {
      if (log_.has_pending()) log_.settle_one();
    } else if (roll < 930) {
      clients_.ask_for_somebody();
    } else if (roll < 960) {
      clients_.report_events();
    } else if (roll < 975) {
      auto [key, value] = clients_.make_record();
      log_.produce(key, std::move(value));
    } else if (roll < 987) {
      pass_time(std::chrono::milliseconds(1 + dice_.below(400)));
    } else if (roll < 991) {
      kill_somebody();
    } else if (roll < 993) {
      clients_.ask(http::method::post, "/v1/models/" + simulated_model_id(dice_.below(simulated_models)) + "/activate");
    } else if (roll < 996) {
      clients_.ask(http::method::post, dice_.below(2) == 0 ? "/v1/control/pause" : "/v1/control/resume");
    } else if (roll < 998) {
      log_.rebalance();
    } else {
      clients_.ask(http::method::get, popularity_route);
    }
  }

  /// One message of one actor.
  void run_somebody() {
    auto& jobs = coordinator_->jobs;
    if (jobs.empty()) return;
    std::swap(jobs.front(), jobs[dice_.below(jobs.size())]);
    coordinator_->run_once();
  }
  void run_everything_once() {
    for (auto left = coordinator_->jobs.size(); left > 0; --left) coordinator_->run_once();
  }

  void pass_time(std::chrono::milliseconds step) {
    time_.advance(step);
    coordinator_->advance_time(step);
  }

  void kill_somebody() {
    const auto all = everybody();
    if (all.empty()) return;
    ++report_.kills;
    caf::anon_send_exit(all[dice_.below(all.size())], caf::exit_reason::kill);
  }

  // --- the end

  bool at_rest() const {
    if (log_.has_pending() || visible_->batches_under_way() > 0) return false;
    for (std::size_t each = 0; each < simulated_log::partitions; ++each) {
      if (store_.position("simulated", partition_id(static_cast<std::int32_t>(each))).value_or(0) != log_.end(each)) {
        return false;
      }
    }
    return clients_.waiting() == 0;
  }

  /// Nothing fails from now on: whatever is left is worked off.
  void come_to_rest() {
    store_.fail(0);
    log_.fail(0);
    for (std::uint64_t step = 0; step < patience_steps && clients_.broken.empty(); ++step) {
      if (step % 100 == 0) {
        pass_time(1s);
        if (ingestion_.paused() && step % 1'000 == 0) clients_.ask(http::method::post, "/v1/control/resume");
        if (step >= rest_steps_min && at_rest()) return;
      }
      if (log_.has_pending()) log_.settle_one();
      run_somebody();
    }
    if (!clients_.broken.empty()) return;
    break_promise("it does not come to rest: " + std::to_string(clients_.waiting()) + " requests wait, " +
                  std::to_string(visible_->batches_under_way()) + " batches are under way");
  }

  void break_promise(const std::string& what) { clients_.broken.push_back(what); }

  void check_everything() {
    const auto& expected = clients_.expected();
    for (const auto& each : expected.users()) check_history(each);
    const auto counts = store_.counts().value();
    if (counts.events != expected.events()) {
      break_promise("the store counts " + std::to_string(counts.events) + " events, not " +
                    std::to_string(expected.events()));
    }
    if (counts.dead_letters != clients_.poison()) {
      break_promise(std::to_string(counts.dead_letters) + " dead letters wait, not " +
                    std::to_string(clients_.poison()));
    }
    clients_.everything_is_visible();
    for (const auto& each : expected.users()) {
      clients_.ask_for_a_list(each);
      await_last();
    }
    clients_.ask(http::method::get, popularity_route);
    const auto asked = await_last();
    if (clients_.broken.empty()) check_popularity(asked->answer->body);
  }

  void check_history(const std::string& whom) {
    std::multiset<std::string> wanted;
    const auto& expected = clients_.expected();
    for (const auto& each : expected.history(whom, expected.length(whom))) wanted.insert(each.json());
    std::multiset<std::string> seen;
    const auto index = store_.find_user(whom).value();
    if (index) {
      const auto events = store_.events(*index, 100'000, std::nullopt).value();
      for (const auto& [value, key] : events) {
        const auto mark = std::stoull(value.session_id.substr(1));
        seen.insert(simulated_event{.mark = mark,
                                    .user_id = whom,
                                    .item = static_cast<std::size_t>(std::stoi(value.item_id.substr(4))),
                                    .qty = value.qty,
                                    .ts = value.ts,
                                    .event_id = value.event_id}
                        .json());
      }
    }
    if (seen != wanted) {
      break_promise(whom + " has " + std::to_string(seen.size()) + " events, not " + std::to_string(wanted.size()));
    }
  }

  std::shared_ptr<const question> await_last() {
    const auto asked = clients_.last();
    for (std::uint64_t step = 0; step < patience_steps && !asked->closed; ++step) run_somebody();
    if (!asked->answer || asked->answer->status != 200) break_promise("a request at rest was not answered well");
    return asked;
  }

  void check_popularity(const std::string& body) {
    std::map<std::string, std::int64_t> seen;
    const auto shown = boost::json::parse(body);
    for (const auto& each : shown.at("items").as_array()) {
      seen[std::string(each.at("item_id").as_string())] = each.at("events").to_number<std::int64_t>();
    }
    if (seen != clients_.expected().popularity()) break_promise("popularity differs: " + body);
  }

  const simulation_options asked_;
  random_source dice_;
  const options settings_;
  manual_clock time_{1'750'000'000};
  metrics measured_;
  health ready_;
  ingestion_control ingestion_;
  std::shared_ptr<recording_log> journal_ = std::make_shared<recording_log>();
  item_catalogue catalogue_;
  newcomer_audience audience_{settings_.model.min_new_item_events};
  caches kept_;
  user_query_table table_;
  warmth warm_;
  task_list tasks_;
  online_quality quality_;
  faulty_store store_;
  simulated_log log_;
  simulated_clients clients_;
  event_log events_;
  std::shared_ptr<visibility> visible_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* coordinator_ = nullptr;
  supervisor_actor supervisor_;
  wiring_ptr crew_;

  simulation_report report_;
};

}  // namespace

void make_simulated_models(const std::filesystem::path& artifacts) {
  const manual_clock time{1'577'836'800};  // 2020-01-01, which gives the models their names
  for (std::size_t number = 0; number < simulated_models; ++number) {
    const auto weights = random_weights(number);
    matrix<float> values(simulated_items, simulated_items);
    loaded_model made;
    for (std::size_t row = 0; row < simulated_items; ++row) {
      std::copy(weights[row].begin(), weights[row].end(), values.row(row).begin());
      made.item_ids.push_back(simulated_item(row));
    }
    const ease_options shape{.entries = ease_entries::weighted};
    made.served = std::make_shared<ease_model>(whole_matrix(std::move(values)), shape);
    made.params = R"({"entries":"weighted"})";
    made.metadata.model_type = "ease";
    const auto place = reserve_version(artifacts, "ease", time);
    FRESHET_CHECK(place.ok() && save_model(place->directory, made).ok());
    FRESHET_CHECK(
        register_model(artifacts, *place, {.model_type = "ease", .audit_log = artifacts / "audit.log"}, time).ok());
  }
}

simulation_report simulate(const simulation_options& options) {
  // Activations change the registry, the models stay where they are.
  std::filesystem::create_directories(options.directory / "artifacts");
  std::filesystem::copy(options.artifacts / "registry.json", options.directory / "artifacts/registry.json");
  std::filesystem::create_directory_symlink(options.artifacts / "ease", options.directory / "artifacts/ease");
  return simulation(options).run();
}

}  // namespace freshet::testing
