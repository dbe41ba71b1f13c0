#include <algorithm>
#include <map>

#include "core/base/check.hpp"
#include "core/base/text.hpp"
#include "io/http/lite_strategies.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/recommendation_json.hpp"

namespace freshet::http {
namespace {

std::string_view name_of(rerank_strategy strategy) {
  return std::ranges::find(lite_strategies, strategy, [](const auto& each) { return each.second; })->first;
}

void append_flag(std::string& out, std::string_view name, bool value) {
  out += name;
  out += value ? "true" : "false";
}

void append_count(std::string& out, std::string_view name, std::size_t count) {
  out += name;
  append_json_unsigned(out, count);
}

void append_texts(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
  out += name;
  const char* separator = "[";
  for (const auto& text : texts) {
    out += separator;
    append_json_string(out, text);
    separator = ",";
  }
  out += texts.empty() ? "[]" : "]";
}

void append_price(std::string& out, std::string_view name, std::optional<double> price) {
  out += name;
  if (price) {
    append_json_number(out, *price);
  } else {
    out += "null";
  }
}

void append_weights(std::string& out, const component_values& weights) {
  const auto add = [&](std::string_view name, float weight) {
    out += name;
    append_json_number(out, weight);
  };
  add("{\"diversity_weight\":", weights.diversity);
  add(",\"novelty_weight\":", weights.novelty);
  add(",\"popularity_weight\":", weights.popularity);
  add(",\"relevance_weight\":", weights.relevance);
  out += '}';
}

void append_category_distribution(std::string& out, const recommendation& answer) {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& each : answer.items) {
    if (const auto& category = each.view->metadata().category) ++counts[*category];
  }
  const char* separator = "{";
  for (const auto& [category, count] : counts) {
    out += separator;
    append_json_string(out, category);
    out += ':';
    append_json_unsigned(out, count);
    separator = ",";
  }
  out += counts.empty() ? "{}" : "}";
}

void append_reranking(std::string& out, const std::optional<strategy_request>& asked, const recommendation& answer) {
  if (asked) {
    out += ",\"reranking\":{\"strategy\":\"";
    out += name_of(asked->strategy);
    out += "\",\"applied\":true,\"weights\":";
    append_weights(out, weights_of(asked->strategy, asked->weights));
  } else {
    out += ",\"reranking\":{\"strategy\":null,\"applied\":false,\"weights\":{}";
  }
  out += ",\"category_distribution\":";
  append_category_distribution(out, answer);
  out += '}';
}

/// What `with_cache_state` looks for. No text of a client can hold it: its quotes are escaped.
constexpr std::string_view cache_member = ",\"cache\":{";

/// Closes `filter_info` and the answer.
void append_cache_state(std::string& out, bool hit, std::chrono::seconds ttl, bool invalidated) {
  out += cache_member;
  append_flag(out, "\"hit\":", hit);
  append_count(out, ",\"ttl\":", static_cast<std::size_t>(std::max<std::int64_t>(ttl.count(), 0)));
  append_flag(out, ",\"invalidated\":", invalidated);
  out += "}}}";
}

template <class Query>
void append_filter_info(std::string& out, const Query& query, const recommendation& answer) {
  append_count(out, "{\"original_count\":", answer.original_count);
  append_count(out, ",\"filtered_count\":", answer.filtered_count);
  append_texts(out, ",\"filters_applied\":{\"categories\":", query.given_filters.categories);
  append_texts(out, ",\"brands\":", query.given_filters.brands);
  append_price(out, ",\"min_price\":", query.given_filters.min_price);
  append_price(out, ",\"max_price\":", query.given_filters.max_price);
  append_count(out, ",\"excluded_items\":", query.conditions.exclude_items.size());
  append_count(out, ",\"included_items\":", query.conditions.include_items.size());
  out += '}';
  append_reranking(out, query.strategy, answer);
}

void append_pagination(std::string& out, const std::optional<page_request>& asked, std::size_t listed) {
  out += "],\"pagination\":";
  if (!asked) {
    out += "null";
    return;
  }
  const page_cut page = cut_page(*asked, listed);
  append_count(out, "{\"total\":", listed);
  append_count(out, ",\"page\":", page.number);
  append_count(out, ",\"page_size\":", asked->size);
  append_count(out, ",\"total_pages\":", page.pages);
  append_flag(out, ",\"has_next\":", page.number < page.pages);
  append_flag(out, ",\"has_prev\":", page.number > 1);
  out += '}';
}

/// The rest of the answer, after the ids.
template <class Query>
void append_list(std::string& out, const Query& query, const recommendation& answer) {
  out += "\"recommendations\":[";
  const char* separator = "";
  for (std::size_t i = 0; i < answer.items.size(); ++i) {
    const auto& [view, score] = answer.items[i];
    out += separator;
    out += "{\"item_id\":";
    out += view->quoted_id();
    out += ",\"score\":";
    append_json_number(out, score);
    out += ',';
    out += view->lite_fields();
    out += ",\"explanation\":";
    if (answer.explanations.empty()) {
      out += "null";
    } else {
      append_json_string(out, answer.explanations[i]);
    }
    out += '}';
    separator = ",";
  }
  append_pagination(out, query.page, answer.listed);
  out += ",\"filter_info\":";
  if (wants_filter_info(query)) {
    append_filter_info(out, query, answer);
    append_cache_state(out, answer.cache_hit, answer.cache_ttl, query.cache.invalidate);
  } else {
    out += "null}";
  }
}

std::size_t expected_bytes(const recommendation& answer) {
  std::size_t bytes = 640;
  for (const auto& each : answer.items) bytes += each.view->quoted_id().size() + each.view->lite_fields().size() + 64;
  return bytes;
}

}  // namespace

page_cut cut_page(const page_request& asked, std::size_t listed) {
  const std::size_t pages = (listed + asked.size - 1) / asked.size;
  const std::size_t number = std::clamp<std::size_t>(asked.number, 1, std::max<std::size_t>(pages, 1));
  const std::size_t begin = (number - 1) * asked.size;
  return {.number = number, .pages = pages, .begin = begin, .end = std::min(begin + asked.size, listed)};
}

response render_lite(const recommend_query& query, const recommendation& answer) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"user_id\":";
  append_json_string(out.body, query.user_id);
  out.body += ',';
  append_list(out.body, query, answer);
  return out;
}

response render_lite_similar(const similar_query& query, const recommendation& answer) {
  response out;
  out.body.reserve(expected_bytes(answer));
  // The document shows the item's id as `user_id`; clients read it there.
  out.body += "{\"user_id\":";
  append_json_string(out.body, query.item_id);
  out.body += ",\"item_id\":";
  append_json_string(out.body, query.item_id);
  out.body += ',';
  append_list(out.body, query, answer);
  return out;
}

response with_cache_state(std::string_view kept_body, bool hit, std::chrono::seconds ttl, bool invalidated) {
  response out;
  const bool has_filter_info = kept_body.ends_with("}}}");
  const std::size_t end = has_filter_info ? kept_body.rfind(cache_member) : kept_body.size();
  FRESHET_CHECK(end <= kept_body.size(), "not a body of the lite surface");
  out.body.reserve(end + 80);
  out.body += kept_body.substr(0, end);
  if (has_filter_info) append_cache_state(out.body, hit, ttl, invalidated);
  return out;
}

}  // namespace freshet::http
