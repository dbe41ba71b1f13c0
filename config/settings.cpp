#include "config/settings.hpp"

#include <cmath>

#include "config/api_key_settings.hpp"
#include "config/setting_kinds.hpp"
#include "config/setting_sections.hpp"

namespace freshet {

namespace {

using namespace setting_kinds;

constexpr double million = 1e6;
constexpr double day_ms = 86'400'000;
constexpr double gigabyte = 1 << 30;

/// Scheme, host and port, as a browser names the origin of a page; or the star.
bool is_origin(std::string_view text) {
  if (text == "*") return true;
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const auto host = text.substr(scheme + 3);
  return !host.empty() && host.find_first_of("/?#@*, ") == std::string_view::npos;
}

void declare_server(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          choice("profile", FRESHET_AT(profile), {{"lite", profile::lite}, {"guide", profile::guide}},
                 "Whose defaults: the runbook's (lite) or the operations guide's (guide)."),
          text("server.host", FRESHET_AT(server.host), "Address to listen on."),
          number("server.port", FRESHET_AT(server.port), 0, 65'535, "Port to listen on; 0 = any free one.",
                 {"RECSYS_PORT", "API_PORT"}),
          number("server.admin_port", FRESHET_AT(server.admin_port), 0, 65'535,
                 "Port on which alone control routes are served; 0 = on server.port."),
          number("server.workers", FRESHET_AT(server.workers), 0, 1024,
                 "Threads of HTTP and of the actors; 0 = as many as the machine has, at most 4.", {"RECSYS_WORKERS"}),
          number("server.header_bytes_max", FRESHET_AT(server.header_bytes_max), 1024, million,
                 "Largest header section of a request."),
          number("server.target_bytes_max", FRESHET_AT(server.target_bytes_max), 256, million,
                 "Longest path with query of a request."),
          number("server.body_bytes_max", FRESHET_AT(server.body_bytes_max), 1024, gigabyte,
                 "Largest body of a request."),
          number("server.bulk_body_bytes_max", FRESHET_AT(server.bulk_body_bytes_max), 1024, gigabyte,
                 "Largest body on the routes that take many events or items."),
          number("server.connections_max", FRESHET_AT(server.connections_max), 1, million,
                 "Open connections; more are closed at once."),
          number("server.header_deadline_ms", FRESHET_AT(server.header_deadline), 1, day_ms,
                 "Time for a request's header to arrive."),
          number("server.body_deadline_ms", FRESHET_AT(server.body_deadline), 1, day_ms,
                 "Time for a request's body to arrive."),
          number("server.write_deadline_ms", FRESHET_AT(server.write_deadline), 1, day_ms,
                 "Time for a client to take an answer."),
          number("server.idle_deadline_ms", FRESHET_AT(server.idle_deadline), 1, day_ms,
                 "How long a connection may stay open without a request."),
          number("server.request_deadline_ms", FRESHET_AT(server.request_deadline), 1, day_ms,
                 "Time for the work of a request; a late one is answered 503."),
          number("server.requests_in_flight_max", FRESHET_AT(server.requests_in_flight_max), 1, million,
                 "Requests in work at once; more are answered 503 with Retry-After."),
          number("server.drain_deadline_ms", FRESHET_AT(server.drain_deadline), 0, day_ms,
                 "Time for requests in work to finish at shutdown."),
          boolean("security.allow_anonymous", FRESHET_AT(security.allow_anonymous),
                  "Serve on an address that is not loopback although no key is configured."),
          live(number("rate_limit.requests_per_second", FRESHET_AT(rate_limit.requests_per_second), 0, million,
                      "Requests a second of one API key, or of one address where there is no key; 0 = no limit.")),
          live(number("rate_limit.burst", FRESHET_AT(rate_limit.burst), 0, million,
                      "Requests that one of them may send at once; 0 = those of a second.")),
          live(list("cors.allowed_origins", FRESHET_AT(cors.allowed_origins), is_origin,
                    "a list of origins such as https://shop.example, or *",
                    "Origins whose pages may read answers in a browser; * = all, never with credentials.")),
          text("api.health_status_word", FRESHET_AT(api.health_status_word),
               "Status word of /health; empty = by profile: ok (lite), healthy (guide)."),
          number("api.max_recommendations", FRESHET_AT(api.max_recommendations), 1, 1000,
                 "Largest k of GET /recommend and GET /similar-items.", {"MAX_RECOMMENDATIONS"}),
      });
}

void declare_reranking(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          text("content.embeddings", FRESHET_AT(content.embeddings),
               "Vectors of items made elsewhere, a .npy file with its _ids.json beside it; empty = from the "
               "items' text."),
          number("content.dimensions", FRESHET_AT(content.dimensions), 8, 4096,
                 "Length of the vectors made from text; longer ones keep likeness more exactly."),
          live(boolean("reranking.enabled", FRESHET_AT(reranking.enabled),
                       "Whether POST /recommend reranks where the request does not say.")),
          live(number("reranking.weights_trainable.cf", FRESHET_AT(reranking.weights_trainable.cf), 0, 1,
                      "Weight of the model's score, for users the model knows.")),
          live(number("reranking.weights_trainable.content", FRESHET_AT(reranking.weights_trainable.content), 0, 1,
                      "Weight of likeness to what the user touched.")),
          live(number("reranking.weights_trainable.popularity", FRESHET_AT(reranking.weights_trainable.popularity), 0,
                      1, "Weight of how often an item was sold.")),
          live(number("reranking.weights_trainable.quality", FRESHET_AT(reranking.weights_trainable.quality), 0, 1,
                      "Weight of an item's stars.")),
          live(number("reranking.weights_cold_start.content", FRESHET_AT(reranking.weights_cold_start.content), 0, 1,
                      "Weight of likeness to what the user touched, for users with a fallback list.")),
          live(number("reranking.weights_cold_start.popularity", FRESHET_AT(reranking.weights_cold_start.popularity), 0,
                      1, "Weight of how often an item was sold, for users with a fallback list.")),
          live(number("reranking.weights_cold_start.quality", FRESHET_AT(reranking.weights_cold_start.quality), 0, 1,
                      "Weight of an item's stars, for users with a fallback list.")),
          live(boolean("reranking.diversity.enabled", FRESHET_AT(reranking.diversity.enabled),
                       "Whether an item that is like one before it loses a part of its score.")),
          live(number("reranking.diversity.penalty", FRESHET_AT(reranking.diversity.penalty), 0, 1,
                      "The part that an item loses which is the same as one before it.")),
          live(number("reranking.diversity.threshold", FRESHET_AT(reranking.diversity.threshold), 0, 0.999,
                      "Cosine from which on an item loses.")),
          live(number("reranking.candidate_multiplier", FRESHET_AT(reranking.candidate_multiplier), 1, 100,
                      "So many times the length of the list are reranked.")),
      });
}

void declare_data(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          text("model.dir", FRESHET_AT(model.dir), "Artifacts root with registry.json, or one model directory.",
               {"RECSYS_MODEL_PATH", "MODEL_DIR"}),
          text("model.type", FRESHET_AT(model.type), "Model family that /health names while no model is loaded.",
               {"MODEL_TYPE"}),
          number("model.scorers", FRESHET_AT(model.scorers), 0, 256,
                 "Slices of the catalogue, each with a scorer of its own; 0 = one for each thread of the actors."),
          number("model.updaters", FRESHET_AT(model.updaters), 0, 256, "Owners of users; 0 = as many as workers."),
          number("model.min_new_item_events", FRESHET_AT(model.min_new_item_events), 1, million,
                 "Events from which on als places an item that came after the training by those who touched it; until "
                 "then, and in other families, by its content."),
          text("store.path", FRESHET_AT(store.path), "Directory of the database.", {"DB_PATH"}),
          number("store.block_cache_mb", FRESHET_AT(store.block_cache_mb), 1, million,
                 "Memory for blocks of the database read from disk."),
          live(number("retention.days", FRESHET_AT(retention.days), 0, 36'500,
                      "Age in days at which an event is no longer read, and removed; 0 = kept for ever.")),
          number("events.half_life_days", FRESHET_AT(events.half_life_days), 0, 36'500,
                 "Age at which an event counts half, against the user's newest; 0 = no decay."),
      });
  declare_reranking(all);
  all.insert(
      all.end(),
      {
          number("fallback.fold_in_from", FRESHET_AT(fallback.fold_in_from), 1, million,
                 "Interactions from which on a user is answered by fold-in instead of a fallback list; POST /recommend "
                 "asks for two."),
          live(choice(
              "fallback.default_strategy", FRESHET_AT(fallback.default_strategy),
              {{"hybrid", fallback_strategy::hybrid}, {"popularity", fallback_strategy::popularity}},
              "The list of a user of whom the model can say nothing: likeness to what the user touched blended with "
              "popularity (hybrid), or popularity alone.")),
          number("fallback.content_weight", FRESHET_AT(fallback.content_weight), 0, 1,
                 "Weight of likeness in the hybrid list."),
          number("fallback.popularity_weight", FRESHET_AT(fallback.popularity_weight), 0, 1,
                 "Weight of popularity in the hybrid list."),
          boolean("hot_reload.enabled", FRESHET_AT(hot_reload.enabled), "Take up a new model without a restart."),
          number("hot_reload.check_interval_seconds", FRESHET_AT(hot_reload.check_interval), 1, 86'400,
                 "How often the registry is looked at."),
      });
  declare_warmup(all);
}

void declare_faiss(std::vector<setting>& all) {
  all.insert(all.end(),
             {
                 choice("faiss.index", FRESHET_AT(faiss.index),
                        {{"none", faiss_kind::none}, {"ivf", faiss_kind::ivf}, {"hnsw", faiss_kind::hnsw}},
                        "The approximate index that GET /recommend uses where use_faiss is true; none = every answer "
                        "is exact."),
                 number("faiss.nlist", FRESHET_AT(faiss.nlist), 1, million,
                        "Lists of ivf, at most one an item; about the square root of the items.", {"FAISS_NLIST"}),
                 number("faiss.nprobe", FRESHET_AT(faiss.nprobe), 1, million,
                        "Lists of ivf that a search reads; more find more and take longer.", {"FAISS_NPROBE"}),
                 number("faiss.hnsw_m", FRESHET_AT(faiss.hnsw_m), 2, 512, "Neighbours of an item in hnsw's graph."),
                 number("faiss.hnsw_ef", FRESHET_AT(faiss.hnsw_ef), 1, million,
                        "Items that a search of hnsw keeps in view; more find more and take longer."),
                 boolean("faiss.use_threads", FRESHET_AT(faiss.use_threads),
                         "Whether all cores build the lists of ivf; the index is the same.", {"FAISS_USE_THREADS"}),
             });
}

void declare_operations(std::vector<setting>& all) {
  all.insert(
      all.end(),
      {
          live(choice("logging.level", FRESHET_AT(logging.level),
                      {{"DEBUG", "DEBUG"}, {"INFO", "INFO"}, {"WARNING", "WARNING"}, {"ERROR", "ERROR"}},
                      "The least important lines that are written.", {"RECSYS_LOG_LEVEL", "LOG_LEVEL"})),
          choice("logging.format", FRESHET_AT(logging.format), {{"text", log_format::text}, {"json", log_format::json}},
                 "Form of the lines."),
          text("logging.dir", FRESHET_AT(logging.dir), "Directory of the log files."),
          choice(
              "logging.user_ids", FRESHET_AT(logging.user_ids),
              {{"full", logged_user_ids::full}, {"hashed", logged_user_ids::hashed}, {"none", logged_user_ids::none}},
              "How the line of a request names its user: as it is, by a number that is the same until the next "
              "start, or not at all."),
          number("logging.slow_request_threshold_ms", FRESHET_AT(logging.slow_request_threshold), 1, day_ms,
                 "A request that takes longer is logged as a warning."),
          text("kafka.brokers", FRESHET_AT(kafka.brokers), "Brokers as host:port,host:port; empty = the embedded log."),
          text("kafka.topic", FRESHET_AT(kafka.topic), "Topic of the events."),
          text("kafka.group", FRESHET_AT(kafka.group), "Consumer group."),
          choice("kafka.start", FRESHET_AT(kafka.start), {{"earliest", "earliest"}, {"latest", "latest"}},
                 "Where a partition starts that was never consumed."),
          choice("kafka.on_data_loss", FRESHET_AT(kafka.on_data_loss),
                 {{"halt", "halt"}, {"earliest", "earliest"}, {"latest", "latest"}},
                 "What to do when the stored offset is no longer in the log."),
          number("kafka.batch_records_max", FRESHET_AT(kafka.batch_records_max), 1, million,
                 "Most records that are written to the database at once.", {"BATCH_SIZE"}),
          text("kafka.control_topic", FRESHET_AT(kafka.control_topic),
               "Topic of commands to this service, answered in TOPIC.replies; empty = none are taken from Kafka."),
          number("kafka.control_expiry_seconds", FRESHET_AT(kafka.control_expiry), 1, 86'400,
                 "Age at which a command is refused, and for how long one that comes again is known."),
          number("supervisor.restarts_max", FRESHET_AT(supervisor.restarts_max), 0, 1000,
                 "Restarts of one actor within the window before the process gives up."),
          number("supervisor.restart_window_seconds", FRESHET_AT(supervisor.restart_window), 1, 86'400,
                 "The window of restarts_max."),
          number("supervisor.backoff_min_ms", FRESHET_AT(supervisor.backoff_min), 1, day_ms,
                 "Pause before the first restart of an actor; it doubles with each."),
          number("supervisor.backoff_max_ms", FRESHET_AT(supervisor.backoff_max), 1, day_ms, "Longest such pause."),
          number("worker.interval_seconds", FRESHET_AT(worker.interval), 1, 86'400,
                 "How often the incremental directory is looked at where nothing tells of changes in it.",
                 {"WORKER_INTERVAL"}),
          number("worker.threads", FRESHET_AT(worker.threads), 1, 1024,
                 "Threads of `freshet worker`; at most what the machine has.", {"THREADS"}),
          text("worker.incremental_dir", FRESHET_AT(worker.incremental_dir),
               "Directory whose complete event files a service or worker takes in; empty = `incremental` beside the "
               "database."),
          number("worker.incremental_keep_days", FRESHET_AT(worker.incremental_keep_days), 0, 36'500,
                 "Age in days at which files there that were taken are removed; 0 = they stay."),
          boolean("debug.fault_injection", FRESHET_AT(debug.fault_injection),
                  "Whether `freshet ctl crash` may make actors die: for tests, never in production."),
      });
}

std::vector<setting> declare_all() {
  std::vector<setting> all;
  declare_server(all);
  declare_data(all);
  declare_caches(all);
  declare_faiss(all);
  declare_operations(all);
  declare_retraining(all);
  declare_rollout(all);
  declare_targets(all);
  return all;
}

std::vector<setting_family> declare_families() {
  const auto set_weight = [](options& o, const std::string& type, std::string_view text) {
    const auto weight = parse_number<double>(text);
    if (!weight || std::abs(*weight) > million) return false;
    o.events.weights[type] = *weight;
    return true;
  };
  const auto get_weights = [](const options& o) {
    std::map<std::string, std::string> weights;
    for (const auto& [type, weight] : o.events.weights) weights[type] = to_text(weight);
    return weights;
  };
  const auto set_property = [](options& o, const std::string& property, std::string_view text) {
    o.kafka.properties[property] = text;
    return true;
  };
  return {
      api_key_settings(),
      {.prefix = "events.weights.",
       .kind = setting_kind::number,
       .documentation = "Weight of each event type in a user's taste; a type that is not named weighs 1.",
       .accepts = "a number from -1000000 to 1000000",
       .set = set_weight,
       .get = get_weights},
      retraining_parameters(),
      {.prefix = "kafka.",
       .kind = setting_kind::text,
       .documentation = "Any librdkafka property by its own name, such as security.protocol.",
       .accepts = "text",
       .set = set_property,
       .get = [](const options& o) { return o.kafka.properties; }},
  };
}

}  // namespace

const std::vector<setting>& all_settings() {
  static const std::vector<setting> all = declare_all();
  return all;
}

const std::vector<setting_family>& setting_families() {
  static const std::vector<setting_family> all = declare_families();
  return all;
}

}  // namespace freshet
