#include "actors/engine.hpp"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>

#include "actors/calling_thread.hpp"
#include "actors/event_log.hpp"
#include "actors/http/admission.hpp"
#include "actors/http/cache_summary.hpp"
#include "actors/http/request_log.hpp"
#include "actors/http/routes.hpp"
#include "actors/retry_conflict.hpp"
#include "actors/security_check.hpp"
#include "actors/spawning.hpp"
#include "actors/supervised.hpp"
#include "actors/supervisor.hpp"
#include "actors/workers.hpp"
#include "config/live_settings.hpp"
#include "io/http/gatekeeper.hpp"
#include "io/http/problem.hpp"
#include "io/http/server.hpp"
#include "io/store/store_settings.hpp"
#include "io/store/write_delay.hpp"

namespace freshet {
namespace {

using namespace std::chrono_literals;

/// Batches that may be with the updaters at once.
constexpr std::size_t updater_credits = 8;

/// Of a write, before it counts as trouble.
constexpr auto patience_with_disk = 2s;

std::optional<health::check> look_at_disk(const event_store& store) {
  const auto delay = std::chrono::duration_cast<std::chrono::seconds>(write_delay(store));
  if (delay < patience_with_disk) return std::nullopt;
  return health::check{.name = "store",
                       .ok = false,
                       .message = "a write to " + store.path().string() + " has been waiting for " +
                                  std::to_string(delay.count()) + " s: its disk is slow, or does not answer",
                       .needed = false};
}

class running_engine final : public engine {
 public:
  running_engine(const options& settings, engine_role role)
      : role_(role),
        settings_(settings),
        running_(settings),
        audience_(settings.model.min_new_item_events),
        caches_(settings.cache),
        table_(settings.cache.user_profile.max_size, settings.cache.user_profile.ttl),
        door_(route_patterns(), settings) {
    metrics_.caches_from([this] { return cache_figures_of(caches_, table_); });
  }
  ~running_engine() override { stop(); }
  running_engine(const running_engine&) = delete;
  running_engine& operator=(const running_engine&) = delete;

  status bring_up() {
    if (role_ == engine_role::service) FRESHET_TRY(check_security(settings_));
    FRESHET_ASSIGN(
        log_, log::open(settings_.logging, role_ == engine_role::service ? log_channel::service : log_channel::worker));
    FRESHET_TRY(open_store());
    FRESHET_TRY(start_actors());
    FRESHET_TRY(start_http());
    const std::string place = role_ == engine_role::worker
                                  ? " works for "
                                  : " serves " + settings_.server.host + ":" + std::to_string(port()) + " from ";
    log_->info("freshet " FRESHET_VERSION + place + settings_.store.path + " with " + events_->description);
    return success{};
  }

  std::uint16_t port() const override { return http_->port(); }
  std::shared_ptr<log> journal() const override { return log_; }

  std::string wait() override {
    std::unique_lock lock(mutex_);
    stop_requested_.wait(lock, [&] { return !stop_reason_.empty(); });
    return stop_reason_;
  }

  void request_stop(const std::string& reason) override {
    {
      const std::lock_guard lock(mutex_);
      if (stop_reason_.empty()) stop_reason_ = reason;
    }
    stop_requested_.notify_all();
  }

  void reconfigure(const options& changed) override {
    options wanted = changed;
    // A service that everybody can reach does not lose its last key while it runs.
    options reached = changed;
    reached.server.host = settings_.server.host;
    if (const auto secure = check_security(reached); !secure && role_ == engine_role::service) {
      log_->failure("keys, rate limit and origins stay as they are: " + secure.failure().message);
      wanted.security = running_.security;
      wanted.rate_limit = running_.rate_limit;
      wanted.cors = running_.cors;
    }
    const auto reread = take_live_settings(running_, wanted);
    log_->set_level(running_.logging.level);
    door_.reconfigure(running_);
    caches_.configure(running_.cache);
    table_.set_limits(running_.cache.user_profile.max_size, running_.cache.user_profile.ttl);
    caf::anon_send(supervisor_, options_ptr(std::make_shared<const options>(running_)));
    log_->info("settings reread; changed: " + in_words(reread.taken));
    if (!reread.waiting.empty()) log_->warning("settings that wait for a restart: " + in_words(reread.waiting));
    reload_model();
  }

  std::optional<std::string> ask(std::chrono::milliseconds timeout) override {
    // Not by a scoped actor: one that does not get its answer in time is waited for at the end, for ever.
    const auto answer = std::make_shared<std::promise<actor_reports_ptr>>();
    auto came = answer->get_future();
    system_->spawn([answer, asked = supervisor_](caf::event_based_actor* self) {
      self->request(asked, caf::infinite, status_atom::value)
          .then([answer](const actor_reports_ptr& actors) { answer->set_value(actors); },
                [answer](const caf::error&) { answer->set_value(nullptr); });
    });
    if (came.wait_for(timeout) != std::future_status::ready) return std::nullopt;
    const auto actors = came.get();
    if (!actors) return std::nullopt;
    std::uint64_t restarts = 0;
    for (const auto& each : *actors) restarts += each.restarts;
    const auto checks = health_.checks();
    const auto model = std::ranges::find(checks, "model", &health::check::name);
    return "model " + (model == checks.end() ? "none" : model->message) + ", " + std::to_string(actors->size()) +
           " actors, " + std::to_string(restarts) + " restarts";
  }

  bool stop() override {
    health_.drain();
    bool clean = !gave_up_;
    if (http_) {
      http_->stop_accepting();
      clean = http_->drain(settings_.server.drain_deadline) && clean;
    }
    stop_actors();
    http_.reset();
    if (events_) {
      // Whatever was accepted is in the log; what is still queued was not answered yet.
      if (const auto flushed = events_->sink->flush(5s); !flushed) log_->warning(flushed.failure().message);
      events_.reset();
    }
    if (store_) {
      if (const auto synced = store_->sync(); !synced) log_->failure(synced.failure().message);
      store_.reset();
      log_->info("stopped");
    }
    return clean;
  }

 private:
  /// Asks for a look at the registry now.
  void reload_model() {
    // Anonymously: a scoped actor that does not wait for its answer is waited for at the end, for ever.
    caf::anon_send(supervisor_, reload_atom::value);
  }

  void give_up(const std::string& reason) {
    gave_up_ = true;
    log_->failure("giving up: " + reason);
    request_stop(reason);
  }

  status open_store() {
    auto options = to_store_options(settings_);
    options.time = &clock_;
    FRESHET_ASSIGN(store_, retry_conflict(settings_.server.drain_deadline, *log_,
                                          [&] { return event_store::open(settings_.store.path, options); }));
    health_.look_at([this] { return store_ ? look_at_disk(*store_) : std::nullopt; });
    FRESHET_TRY(catalogue_.refresh(*store_));
    FRESHET_ASSIGN(events_, open_event_log(settings_.kafka, *store_, log_));
    visible_ = std::make_shared<visibility>(updater_credits, [this](const applied_batch& batch) {
      const auto now_ms =
          std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
      for (const auto accepted : batch.accepted_ms) {
        if (accepted > 0)
          metrics_.event_visible(std::chrono::milliseconds(std::max<std::int64_t>(0, now_ms - accepted)));
      }
    });
    return success{};
  }

  shared_parts parts() {
    return {.settings = &settings_,
            .time = &clock_,
            .measured = &metrics_,
            .ready = &health_,
            .ingestion = &ingestion_,
            .journal = log_,
            .store = store_.get(),
            .catalogue = &catalogue_,
            .audience = &audience_,
            .kept = &caches_,
            .users = &table_,
            .warm = &warmth_,
            .tasks = &tasks_,
            .quality = &quality_,
            .events = events_.get(),
            .visible = visible_,
            .gate = gate_,
            .watch = watch_.get(),
            .request_stop = [this](const std::string& reason) { request_stop(reason); }};
  }

  void watch_artifacts() {
    if (!settings_.hot_reload.enabled) return;
    auto opened = artifact_watch::open(settings_.model.dir);
    if (!opened) {
      return log_->warning("new models are noticed every " +
                           std::to_string(settings_.hot_reload.check_interval.count()) +
                           " s only: " + opened.failure().message);
    }
    watch_ = std::move(*opened);
  }

  status start_actors() {
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", pool_threads(settings_));
    system_ = std::make_unique<caf::actor_system>(config_);
    io_thread_ = std::make_unique<calling_thread>(*system_);
    health_.fail("ingestion", "starting");
    health_.fail("model", "loading");
    gate_ = std::make_shared<admission>(settings_.server.requests_in_flight_max, settings_.server.request_deadline,
                                        [](const http::request& in) { return is_lifeline(route_of(in)); });
    watch_artifacts();
    supervisor_context context{.start = make_spawners(*system_, parts()),
                               .scorers = scorers_of(settings_),
                               .updaters = updaters_of(settings_),
                               .restarts = settings_.supervisor,
                               .hot_reload = settings_.hot_reload,
                               .rollout = settings_.rollout,
                               .live_guard = settings_.live_guard,
                               .watch = watch_.get(),
                               .embeddings = settings_.content.embeddings,
                               .table = &table_,
                               .catalogue = &catalogue_,
                               .audience = &audience_,
                               .time = &clock_,
                               .measured = &metrics_,
                               .journal = log_.get(),
                               .ready = &health_,
                               .on_wired =
                                   [this](wiring_ptr crew) {
                                     const std::lock_guard lock(mutex_);
                                     crew_ = std::move(crew);
                                   },
                               .give_up = [this](const std::string& reason) { give_up(reason); }};
    supervisor_ = spawn_supervised(*system_, make_supervisor, std::move(context));
    caf::actor_cast<caf::strong_actor_ptr>(supervisor_)->get()->attach_functor([this](const caf::error& why) {
      if (why != stopped) give_up("the supervisor died: " + system_->render(why));
    });
    // The first model is in service before the first request can come.
    caf::scoped_actor self{*system_};
    self->request(supervisor_, caf::infinite, reload_atom::value)
        .receive([](const reload_outcome_ptr&) {}, [](const caf::error&) {});
    return success{};
  }

  void stop_actors() {
    if (!system_) return;
    {
      caf::scoped_actor self{*system_};
      self->request(supervisor_, caf::infinite, stop_atom::value).receive([](bool) {}, [](const caf::error&) {});
    }
    supervisor_ = nullptr;
    {
      const std::lock_guard lock(mutex_);
      crew_.reset();
    }
    system_.reset();
  }

  status start_http() {
    http::server_callbacks callbacks{
        .on_request = [this](http::exchange_ptr call) { take_in(std::move(call)); },
        .after_requests = [this] { io_thread_->run(); },
        .accepts_bulk =
            [](http::method verb, std::string_view path) {
              const auto* chosen = route_patterns().match(verb, path);
              return chosen != nullptr && chosen->bulk;
            },
        .on_done =
            [this](const http::request& in, unsigned code, std::size_t, std::chrono::nanoseconds took) {
              const auto route = route_of(in);
              metrics_.request_done(to_string(in.verb), route, code, took);
              if (!is_probe(route)) metrics_.traffic({took, code >= 500, ranks_items(route)});
              log_request(*log_, in, code, took);
            },
        .on_header = [this](const http::request& in) { return door_.check(in); }};
    const http::listen_address address{.tcp = role_ == engine_role::service,
                                       .host = settings_.server.host,
                                       .port = settings_.server.port,
                                       .admin_port = settings_.server.admin_port,
                                       .unix_socket = owner_socket(settings_.store.path)};
    FRESHET_ASSIGN(http_, retry_conflict(settings_.server.drain_deadline, *log_,
                                         [&] { return http::server::start(address, settings_.server, 1, callbacks); }));
    return success{};
  }

  /// On the I/O thread, of which there is one: in through the gate, on to the frontend.
  void take_in(http::exchange_ptr call) {
    frontend_actor frontend;
    {
      const std::lock_guard lock(mutex_);
      if (crew_) frontend = crew_->frontend;
    }
    if (!frontend) return call->answer(http::problem(503, "Service not initialized", call->in()));
    const bool patient = takes_its_time(call->in());
    if (auto admitted = gate_->admit(std::move(call), patient)) io_thread_->send(frontend, std::move(admitted));
  }

  const engine_role role_;
  const options settings_;
  /// The same with what was read again since.
  options running_;
  system_clock clock_;
  metrics metrics_;
  health health_;
  ingestion_control ingestion_;
  std::shared_ptr<log> log_;
  std::unique_ptr<event_store> store_;
  item_catalogue catalogue_;
  newcomer_audience audience_;
  caches caches_;
  user_query_table table_;
  warmth warmth_;
  task_list tasks_;
  online_quality quality_;
  std::unique_ptr<event_log> events_;
  std::shared_ptr<visibility> visible_;
  std::shared_ptr<admission> gate_;
  std::unique_ptr<artifact_watch> watch_;
  http::gatekeeper door_;
  /// The system refers to it until its last thread ends.
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  /// Where requests are parsed and, from small catalogues, answered.
  std::unique_ptr<calling_thread> io_thread_;
  supervisor_actor supervisor_;
  std::unique_ptr<http::server> http_;

  std::mutex mutex_;
  std::condition_variable stop_requested_;
  std::string stop_reason_;
  wiring_ptr crew_;
  std::atomic<bool> gave_up_{false};
};

}  // namespace

result<std::unique_ptr<engine>> engine::start(const options& settings, engine_role role) {
  auto starting = std::make_unique<running_engine>(settings, role);
  FRESHET_TRY(starting->bring_up());
  return std::unique_ptr<engine>(std::move(starting));
}

std::filesystem::path owner_socket(const std::filesystem::path& database) {
  return database / "owner.sock";
}

}  // namespace freshet
