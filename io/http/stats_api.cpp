#include "io/http/stats_api.hpp"

#include <algorithm>
#include <cmath>

#include "io/http/object_writer.hpp"

namespace freshet::http {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// To the microsecond.
double in_milliseconds(std::chrono::nanoseconds duration) {
  return std::round(static_cast<double>(duration.count()) / 1000) / 1000;
}

void append_users(object_writer& body, const service_stats& stats) {
  const auto total = std::max(stats.total_users, stats.trainable_users);
  body.count("total_users", total);
  body.count("trainable_users", stats.trainable_users);
  body.count("cold_start_users", total - stats.trainable_users);
  body.number("trainable_percentage", std::round(share(stats.trainable_users, total) * 10'000) / 100);
}

void append_cache_summary(std::string& out, const cache_summary& cache) {
  object_writer body(out);
  body.flag("warmed_up", cache.warmed_up);
  body.flag("enabled", cache.enabled);
  body.number("hit_rate", cache.hit_ratio());
  for (const auto& each : cache.caches) {
    body.key(each.name);
    append_cache(out, each);
  }
  body.close();
}

void append_requests(std::string& out, const service_stats& stats) {
  object_writer body(out);
  body.count("total", stats.requests);
  body.count("errors", stats.errors);
  body.number("error_rate", share(stats.errors, stats.requests));
  body.count("recommendations", stats.recommendations);
  body.number("per_second", stats.uptime_seconds > 0 ? static_cast<double>(stats.requests) / stats.uptime_seconds : 0);
  body.close();
}

void append_recent(std::string& out, const recent_traffic::figures& recent) {
  object_writer body(out);
  body.number("seconds", std::round(recent.seconds * 1000) / 1000);
  body.count("requests", recent.requests);
  body.count("errors", recent.errors);
  body.number("error_rate", recent.error_rate());
  body.number("requests_per_second", recent.requests_per_second());
  body.close();
}

void append_latency(std::string& out, const recent_traffic::figures& recent) {
  object_writer body(out);
  body.number("p50", in_milliseconds(recent.p50));
  body.number("p90", in_milliseconds(recent.p90));
  body.number("p95", in_milliseconds(recent.p95));
  body.number("p99", in_milliseconds(recent.p99));
  body.number("max", in_milliseconds(recent.max));
  body.count("count", recent.recommending);
  body.close();
}

void append_faiss(std::string& out, const service_stats::approximate& faiss) {
  object_writer body(out);
  body.text("index", faiss.index);
  body.number("ranking_recall", faiss.ranking_recall);
  body.number("similarity_recall", faiss.similarity_recall);
  body.close();
}

void append_settings(std::string& out, const service_stats& stats) {
  object_writer body(out);
  body.count("workers", stats.workers);
  body.count("machine_threads", stats.machine_threads);
  body.flag("reranking_enabled", stats.reranking_enabled);
  body.count("candidate_multiplier", stats.candidate_multiplier);
  body.close();
}

}  // namespace

response render_stats(const service_stats& stats) {
  response out;
  object_writer body(out.body);
  body.text_or_null("model_id", stats.model_id);
  append_users(body, stats);
  body.count("num_items", stats.num_items);
  body.count("popular_items_cached", stats.popular_items_cached);
  body.count("user_histories_cached", stats.user_histories_cached);
  body.key("cache");
  append_cache_summary(out.body, stats.cache);
  body.number("uptime_seconds", std::round(stats.uptime_seconds * 1000) / 1000);
  body.key("requests");
  append_requests(out.body, stats);
  body.key("recent");
  append_recent(out.body, stats.recent);
  body.key("latency_ms");
  append_latency(out.body, stats.recent);
  body.number("fallback_rate", stats.fallback_rate);
  body.text_or_null("embeddings", stats.embeddings);
  if (stats.faiss) {
    body.key("faiss");
    append_faiss(out.body, *stats.faiss);
  } else {
    body.null("faiss");
  }
  body.key("settings");
  append_settings(out.body, stats);
  body.close();
  return out;
}

}  // namespace freshet::http
