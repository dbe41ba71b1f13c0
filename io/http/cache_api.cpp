#include "io/http/cache_api.hpp"

#include <algorithm>

#include "io/http/object_writer.hpp"
#include "io/http/parameters.hpp"

namespace freshet::http {
namespace {

constexpr std::size_t ttl_seconds_max = 31'536'000;

/// The four figures that the runbook's client knows.
void append_lite_cache(std::string& out, const named_cache* cache) {
  const cache_counters counted = cache != nullptr ? cache->counted : cache_counters{};
  object_writer body(out);
  body.count("size", counted.size);
  body.count("hits", counted.hits);
  body.count("misses", counted.misses);
  body.number("hit_rate", counted.hit_rate());
  body.close();
}

void append_counts(object_writer& body, const precomputed_counts& computed) {
  body.count("popular_items", computed.popular_items);
  body.count("popular_items_enriched", computed.popular_items_enriched);
  body.count("popular_similarities", computed.popular_similarities);
  body.count("user_profiles", computed.user_profiles);
}

}  // namespace

double cache_summary::hit_ratio() const {
  cache_counters sum;
  for (const auto& each : caches) {
    sum.hits += each.counted.hits;
    sum.misses += each.counted.misses;
  }
  return sum.hit_rate();
}

const named_cache* cache_summary::find(std::string_view name) const {
  const auto found = std::ranges::find(caches, name, &named_cache::name);
  return found == caches.end() ? nullptr : &*found;
}

void append_cache(std::string& out, const named_cache& cache) {
  const auto& counted = cache.counted;
  object_writer body(out);
  body.count("size", counted.size);
  body.count("max_size", counted.max_size);
  body.count("hits", counted.hits);
  body.count("misses", counted.misses);
  body.number("hit_rate", counted.hit_rate());
  body.count("evictions", counted.evictions);
  body.count("expirations", counted.expirations);
  body.count("ttl_seconds", static_cast<std::uint64_t>(cache.ttl.count()));
  body.close();
}

response render_cache_stats(const cache_summary& summary) {
  response out;
  object_writer body(out.body);
  body.flag("warmed_up", summary.warmed_up);
  body.flag("enabled", summary.enabled);
  body.key("caches");
  object_writer caches(out.body);
  for (const auto& each : summary.caches) {
    caches.key(each.name);
    append_cache(out.body, each);
  }
  caches.close();
  body.key("precomputed");
  object_writer precomputed(out.body);
  append_counts(precomputed, summary.precomputed);
  precomputed.close();
  body.close();
  return out;
}

std::variant<cache_config_request, response> parse_cache_config(const request& in) {
  cache_config_request wanted;
  if (in.parameter("enabled")) {
    bool enabled = true;
    if (auto refused = read_flag(in, "enabled", enabled)) return *std::move(refused);
    wanted.enabled = enabled;
  }
  if (in.parameter("default_ttl")) {
    std::size_t seconds = 0;
    if (auto refused = read_integer(in, "default_ttl", {0, ttl_seconds_max}, seconds)) return *std::move(refused);
    wanted.default_ttl = std::chrono::seconds(seconds);
  }
  return wanted;
}

response render_cache_config(const cache_summary& summary) {
  const auto* answers = summary.find("response");
  response out;
  object_writer body(out.body);
  body.text("status", "success");
  body.flag("cache_enabled", summary.enabled);
  body.count("default_ttl", answers != nullptr ? static_cast<std::uint64_t>(answers->ttl.count()) : 0);
  body.key("recommendation_cache");
  append_lite_cache(out.body, answers);
  body.key("similar_items_cache");
  append_lite_cache(out.body, summary.find("item_similarity"));
  body.close();
  return out;
}

response render_cleared() {
  response out;
  out.body = R"({"status":"cleared"})";
  return out;
}

response render_cleared_sizes(const std::vector<cleared_cache>& cleared) {
  response out;
  object_writer body(out.body);
  body.text("status", "success");
  body.key("cleared");
  object_writer sizes(out.body);
  for (const auto& each : cleared) sizes.count(each.name, each.size);
  sizes.close();
  body.close();
  return out;
}

std::variant<bool, response> parse_cache_warmup(const request& in) {
  bool force = false;
  if (auto refused = read_flag(in, "force", force)) return *std::move(refused);
  return force;
}

response render_warmed_up(const precomputed_counts& computed, double duration_ms) {
  response out;
  object_writer body(out.body);
  body.text("status", "warmup_complete");
  body.flag("skipped", false);
  append_counts(body, computed);
  body.number("warmup_duration_ms", duration_ms);
  body.close();
  return out;
}

response render_already_warmed() {
  response out;
  out.body = R"({"status":"already_warmed","skipped":true})";
  return out;
}

}  // namespace freshet::http
