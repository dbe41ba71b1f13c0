#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/base/text.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/unsupported.hpp"

namespace freshet::http {
namespace {

/// A parameter that says no asks for nothing.
refusal refuse_unsupported(const request& in) {
  for (const auto& [name, value] : in.query) {
    if (!is_unsupported(surface::lite, name) || parse_flag(value) == false) continue;
    return problem(400, unsupported_sentence(name), in);
  }
  return std::nullopt;
}

/// What both requests of the surface share.
refusal read_common(const request& in, std::size_t k_max, std::size_t& k) {
  k = std::min(k, k_max);
  if (auto refused = read_integer(in, "k", {1, static_cast<std::int64_t>(k_max)}, k)) return refused;
  bool without_effect = true;
  if (auto refused = read_flag(in, "use_faiss", without_effect)) return refused;
  if (auto refused = read_flag(in, "use_cache", without_effect)) return refused;
  return refuse_unsupported(in);
}

constexpr std::array<std::pair<std::string_view, rerank_strategy>, 4> strategies{
    {{"hybrid", rerank_strategy::hybrid},
     {"diversity", rerank_strategy::diversity},
     {"novelty", rerank_strategy::novelty},
     {"popularity", rerank_strategy::popularity}}};

std::string_view name_of(rerank_strategy strategy) {
  return std::ranges::find(strategies, strategy, [](const auto& each) { return each.second; })->first;
}

refusal read_strategy_name(const request& in, rerank_strategy& out) {
  std::optional<std::string> name;
  if (auto refused = read_text(in, "rerank_strategy", name)) return refused;
  if (!name) return std::nullopt;
  const auto found = std::ranges::find(strategies, *name, [](const auto& each) { return each.first; });
  if (found == strategies.end()) {
    return problem(
        422, "rerank_strategy: " + in_quotes(*name) + " is none of diversity, novelty, popularity and hybrid", in);
  }
  out = found->second;
  return std::nullopt;
}

/// Read and checked also where nothing is reranked.
refusal read_strategy(const request& in, std::optional<strategy_request>& out) {
  bool wanted = false;
  strategy_request given;
  constexpr number_range weight{0, 1};
  if (auto refused = read_flag(in, "rerank", wanted)) return refused;
  if (auto refused = read_strategy_name(in, given.strategy)) return refused;
  if (auto refused = read_number(in, "relevance_weight", weight, given.weights.relevance)) return refused;
  if (auto refused = read_number(in, "diversity_weight", weight, given.weights.diversity)) return refused;
  if (auto refused = read_number(in, "novelty_weight", weight, given.weights.novelty)) return refused;
  if (auto refused = read_number(in, "popularity_weight", weight, given.weights.popularity)) return refused;
  if (wanted) out = given;
  return std::nullopt;
}

void append_weights(std::string& out, const component_values& weights) {
  const char* separator = "";
  const auto add = [&](const char* name, float weight) {
    out += separator;
    out += name;
    append_json_number(out, weight);
    separator = ",";
  };
  out += "\"weights\":{";
  add("\"diversity_weight\":", weights.diversity);
  add("\"novelty_weight\":", weights.novelty);
  add("\"popularity_weight\":", weights.popularity);
  add("\"relevance_weight\":", weights.relevance);
  out += '}';
}

void append_category_distribution(std::string& out, const recommendation& answer) {
  std::map<std::string_view, std::size_t> counts;
  for (const auto& each : answer.items) {
    if (const auto& category = each.view->metadata().category) ++counts[*category];
  }
  out += "\"category_distribution\":{";
  const char* separator = "";
  for (const auto& [category, count] : counts) {
    out += separator;
    append_json_string(out, category);
    out += ':';
    append_json_unsigned(out, count);
    separator = ",";
  }
  out += '}';
}

/// Nothing was filtered and no cache was asked: those members say so.
void append_filter_info(std::string& out, const strategy_request& asked, const recommendation& answer) {
  out += "{\"original_count\":";
  append_json_unsigned(out, answer.original_count);
  out += ",\"filtered_count\":";
  append_json_unsigned(out, answer.filtered_count);
  out +=
      ",\"filters_applied\":{\"categories\":[],\"brands\":[],\"min_price\":null,\"max_price\":null,"
      "\"excluded_items\":0,\"included_items\":0},\"cache\":{\"hit\":false,\"ttl\":0,\"invalidated\":false},"
      "\"reranking\":{\"strategy\":\"";
  out += name_of(asked.strategy);
  out += "\",\"applied\":true,";
  append_weights(out, weights_of(asked.strategy, asked.weights));
  out += ',';
  append_category_distribution(out, answer);
  out += "}}";
}

void append_items(std::string& out, const std::optional<strategy_request>& asked, const recommendation& answer) {
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
  out += "],\"pagination\":null,\"filter_info\":";
  if (asked) {
    append_filter_info(out, *asked, answer);
  } else {
    out += "null";
  }
  out += '}';
}

std::size_t expected_bytes(const recommendation& answer) {
  std::size_t bytes = 128;
  for (const auto& each : answer.items) bytes += each.view->quoted_id().size() + each.view->lite_fields().size() + 64;
  return bytes;
}

}  // namespace

parsed<recommend_query> parse_lite_recommend(const request& in, std::size_t k_max) {
  recommend_query query{.form = surface::lite};
  if (auto refused = read_required_id(in, "user_id", query.user_id)) return *std::move(refused);
  if (auto refused = read_common(in, k_max, query.k)) return *std::move(refused);
  if (auto refused = read_flag(in, "exclude_seen", query.exclude_seen)) return *std::move(refused);
  if (auto refused = read_strategy(in, query.strategy)) return *std::move(refused);
  return query;
}

parsed<similar_query> parse_lite_similar(const request& in, std::size_t k_max) {
  similar_query query;
  if (auto refused = read_required_id(in, "item_id", query.item_id)) return *std::move(refused);
  if (auto refused = read_common(in, k_max, query.k)) return *std::move(refused);
  if (auto refused = read_strategy(in, query.strategy)) return *std::move(refused);
  return query;
}

response render_lite(const recommend_query& query, const recommendation& answer) {
  response out;
  out.body.reserve(expected_bytes(answer));
  out.body += "{\"user_id\":";
  append_json_string(out.body, query.user_id);
  out.body += ',';
  append_items(out.body, query.strategy, answer);
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
  append_items(out.body, query.strategy, answer);
  return out;
}

}  // namespace freshet::http
