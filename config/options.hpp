// What:  every setting of the service as plain structs with their defaults; settings.cpp gives each its key, bounds,
//        sentence of documentation and environment names, and is the only other place that lists them.
// Units: in the names; durations are std::chrono.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/access_scope.hpp"
#include "core/base/cache_limits.hpp"
#include "core/base/sha256.hpp"

namespace freshet {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Sets a few defaults to what one of the two documents expects; each can be set alone.
enum class profile { lite, guide };

struct server_options {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  /// Where control routes are reached, and only there; 0 = on `port`.
  std::uint16_t admin_port = 0;
  /// Threads of HTTP and of the actors' scheduler; 0 = as many as the machine has, at most 4.
  std::uint32_t workers = 0;
  std::size_t header_bytes_max = 16 << 10;
  std::size_t target_bytes_max = 8 << 10;
  std::size_t body_bytes_max = 1 << 20;
  std::size_t bulk_body_bytes_max = 10 << 20;
  std::size_t connections_max = 4096;
  milliseconds header_deadline{10'000};
  milliseconds body_deadline{30'000};
  milliseconds write_deadline{30'000};
  milliseconds idle_deadline{75'000};
  /// One deadline for a request's work; a late one is answered 503.
  milliseconds request_deadline{5'000};
  /// Requests in work at once; more are answered 503 with Retry-After.
  std::size_t requests_in_flight_max = 1024;
  milliseconds drain_deadline{20'000};
};

struct api_key {
  /// Of the key, which itself is not kept.
  std::optional<sha256_digest> digest;
  std::vector<access_scope> scopes;
};

struct security_options {
  /// Serve on an address that is not loopback although no key is configured.
  bool allow_anonymous = false;
  /// By the name that stands in logs; none = everybody may do everything.
  std::map<std::string, api_key> api_keys;
};

struct rate_limit_options {
  /// Of each key, else of each address; 0 = no limit.
  double requests_per_second = 0;
  /// Requests that may come at once; 0 = those of a second.
  std::uint32_t burst = 0;
  bool operator==(const rate_limit_options&) const = default;
};

struct cors_options {
  /// "https://shop.example", or "*" for all.
  std::vector<std::string> allowed_origins;
};

struct api_options {
  /// Empty = by profile: "ok" (lite) or "healthy" (guide).
  std::string health_status_word;
  /// Largest k of surface A.
  std::uint32_t max_recommendations = 50;
};

struct model_options {
  /// An artifacts root with registry.json, or one model directory.
  std::string dir = "artifacts/cf";
  /// Model family that /health names while no model is loaded.
  std::string type = "als";
  /// Slices of the catalogue, each with a scorer of its own; 0 = one for each thread of the actors.
  std::uint32_t scorers = 0;
  /// Owners of users; 0 = as many as workers.
  std::uint32_t updaters = 0;
  /// Events from which on als places an item that came after the training by those who touched it.
  std::uint32_t min_new_item_events = 5;
};

struct store_settings {
  std::string path = "data/recsys.db";
  std::uint64_t block_cache_mb = 256;
};

/// How long events are kept.
struct retention_options {
  /// By the time of the event; 0 = for ever.
  std::uint32_t days = 0;
};

struct events_options {
  /// Weight of each event type; a type that is not named weighs 1.
  std::map<std::string, double> weights{{"view", 1}, {"click", 1}, {"add_to_cart", 1}, {"purchase", 1}, {"rating", 1}};
  /// 0 = no decay.
  double half_life_days = 0;
};

struct cache_options {
  /// Whether answers and lists are kept; users' queries always are.
  bool enabled = true;
  /// Users whose query is kept ready.
  cache_limits user_profile{50'000, seconds(3'600)};
  /// Lists of items like one.
  cache_limits item_similarity{5'000, seconds(86'400)};
  /// Lists of users of whom the model can say nothing.
  cache_limits fallback{10'000, seconds(1'800)};
  /// Whole answers.
  cache_limits response{10'000, seconds(300)};
};

struct content_options {
  /// Vectors of items made elsewhere: the .npy file, with its _ids.json beside it. Empty = from the items' text.
  std::string embeddings;
  /// Of vectors from text.
  std::uint32_t dimensions = 128;
};

struct signal_weights {
  float cf;
  float content;
  float popularity;
  float quality;
};
struct diversity_options {
  bool enabled = true;
  float penalty = .1F;
  float threshold = .85F;
};
struct reranking_options {
  /// Whether the guide's requests that do not say are reranked.
  bool enabled = true;
  signal_weights weights_trainable{.30F, .40F, .20F, .10F};
  signal_weights weights_cold_start{0, .60F, .30F, .10F};
  diversity_options diversity;
  /// So many times the length of the list are reranked.
  std::uint32_t candidate_multiplier = 5;
};

enum class fallback_strategy { hybrid, popularity };
struct fallback_options {
  /// From how many interactions on a user is answered by fold-in instead of a fallback list; the guide's surface asks
  /// for two.
  std::uint32_t fold_in_from = 1;
  fallback_strategy default_strategy = fallback_strategy::hybrid;
  /// Of the hybrid list.
  float content_weight = .7F;
  float popularity_weight = .3F;
};

struct on_update_options {
  bool clear_item_similarity_cache = true;
  bool clear_user_profile_cache = false;
  bool re_warmup = true;
};
struct hot_reload_options {
  bool enabled = true;
  seconds check_interval{60};
  /// What becomes of the caches when a new model takes over.
  on_update_options on_update;
};

/// Fills the caches before somebody asks.
struct warmup_options {
  bool enabled = true;
  /// Items whose similar ones are computed beforehand, the most popular first.
  std::uint32_t num_popular_items = 200;
  /// Users whose query is computed beforehand, the most active first.
  std::uint32_t num_user_profiles = 1'000;
  bool precompute_similarities = true;
  bool warmup_on_startup = true;
};

enum class faiss_kind { none, ivf, hnsw };
/// The approximate index behind use_faiss=true.
struct faiss_options {
  faiss_kind index = faiss_kind::none;
  /// ivf: how many lists there are, and how many of them a search reads.
  std::uint32_t nlist = 100;
  std::uint32_t nprobe = 10;
  /// hnsw: neighbours of an item, and how many items a search keeps in view.
  std::uint32_t hnsw_m = 16;
  std::uint32_t hnsw_ef = 64;
  /// Whether all cores build an index.
  bool use_threads = true;
};

enum class log_format { text, json };
/// How a request's line names the user.
enum class logged_user_ids { full, hashed, none };
struct logging_options {
  std::string level = "INFO";
  log_format format = log_format::text;
  std::string dir = "logs";
  logged_user_ids user_ids = logged_user_ids::full;
  milliseconds slow_request_threshold{200};
};

struct kafka_options {
  /// Empty = no broker: the embedded log.
  std::string brokers;
  std::string topic = "freshet.events";
  std::string group = "freshet";
  /// Where a partition starts that was never consumed: earliest or latest.
  std::string start = "earliest";
  /// What to do when the stored offset is no longer in the log: halt, earliest or latest.
  std::string on_data_loss = "halt";
  std::size_t batch_records_max = 1'000;
  /// Topic of commands to the service; answers go to `<control_topic>.replies`. Empty = no commands from Kafka.
  std::string control_topic = "freshet.control";
  /// A command whose `ts` is older is refused, and so long a command that comes again is known.
  seconds control_expiry{300};
  /// Any librdkafka property, passed through.
  std::map<std::string, std::string> properties;
};

struct supervisor_options {
  /// Restarts of one actor within `restart_window` before the process gives up.
  std::uint32_t restarts_max = 5;
  seconds restart_window{60};
  milliseconds backoff_min{50};
  milliseconds backoff_max{5'000};
};

/// A candidate must rank what users did next about as well as the model that serves.
struct quality_gate_options {
  /// "ndcg@10"
  std::string metric = "ndcg@10";
  double min_ratio_to_current = .98;
  /// Newest part of the events, which neither model may have learnt from.
  double held_out_share = .1;
};
/// When and how the service trains a successor of its model.
struct retrain_options {
  /// As core/base/schedule.hpp reads it; empty = not by time.
  std::string schedule;
  /// So many events since the last training begin the next; 0 = not by number.
  std::uint64_t min_new_events = 0;
  /// Family; empty = that of the model in service, else model.type.
  std::string model;
  /// Parameters of the family, by name.
  std::map<std::string, std::string> params;
  quality_gate_options quality_gate;
  /// From the factors of the model in service, where the family can.
  bool warm_start = true;
  std::uint32_t keep_models = 5;
  /// Address space of the training; 0 = no limit.
  std::uint64_t memory_limit_mb = 0;
  seconds time_limit{4 * 3'600};
  /// How much the training steps back behind everything else, as nice(1).
  std::uint32_t nice = 10;
};

/// What a candidate goes through before it serves everybody.
enum class rollout_stage { direct, shadow, canary };
struct rollout_options {
  rollout_stage stage = rollout_stage::direct;
  /// Of the requests that a shadow also ranks, or of the users that a canary serves.
  double share = .1;
  /// A trial in bounds is promoted after so long; 0 = by command only.
  seconds promote_after{0};
  /// So many requests must have been tried before a rule decides.
  std::uint64_t requests_min = 100;
  /// Of a shadow: share of the ten best that both models must have in common, on average.
  double overlap_min = 0;
};

/// Bounds of a new model's live figures; outside of them it is rolled back.
struct live_guard_options {
  /// So long after a swap; 0 = never.
  seconds window{300};
  std::uint64_t requests_min = 100;
  double error_rate_max = .05;
  milliseconds p99_max{1'000};
  double fallback_rate_max = .95;
};

/// `freshet worker`, and the directory of files that every service takes in.
struct worker_options {
  /// How often the directory is looked at where nothing tells of changes in it.
  seconds interval{60};
  /// Threads of a worker; at most what the machine has.
  std::uint32_t threads = 8;
  /// Empty = `incremental` beside the database.
  std::string incremental_dir;
  /// Files that were taken are removed after so many days; 0 = never.
  std::uint32_t incremental_keep_days = 0;
};

struct debug_options {
  /// Whether `freshet ctl crash` may make actors die.
  bool fault_injection = false;
};

/// What `freshet analyze` holds a running service against.
struct targets_options {
  milliseconds p50{50};
  milliseconds p90{100};
  milliseconds p95{150};
  milliseconds p99{200};
  /// Shares: at most, at least, at most.
  double error_rate = .01;
  double hit_rate = .70;
  double fallback_rate = .91;
  /// Requests a second that the service should carry.
  double rps = 500;
};

struct options {
  freshet::profile profile = profile::guide;
  server_options server;
  security_options security;
  rate_limit_options rate_limit;
  cors_options cors;
  api_options api;
  model_options model;
  store_settings store;
  retention_options retention;
  events_options events;
  cache_options cache;
  content_options content;
  reranking_options reranking;
  fallback_options fallback;
  hot_reload_options hot_reload;
  warmup_options warmup;
  faiss_options faiss;
  logging_options logging;
  kafka_options kafka;
  supervisor_options supervisor;
  retrain_options retrain;
  rollout_options rollout;
  live_guard_options live_guard;
  worker_options worker;
  debug_options debug;
  targets_options targets;
};

}  // namespace freshet
