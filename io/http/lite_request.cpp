#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/text.hpp"
#include "io/events/event_validation.hpp"
#include "io/http/filter_text.hpp"
#include "io/http/lite_strategies.hpp"
#include "io/http/parameters.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {
namespace {

refusal read_strategy_name(const request& in, rerank_strategy& out) {
  std::optional<std::string> name;
  if (auto refused = read_text(in, "rerank_strategy", name)) return refused;
  if (!name) return std::nullopt;
  const auto found = std::ranges::find(lite_strategies, *name, [](const auto& each) { return each.first; });
  if (found == lite_strategies.end()) {
    return problem(
        422, "rerank_strategy: " + in_quotes(*name) + " is none of diversity, novelty, popularity and hybrid", in);
  }
  out = found->second;
  return std::nullopt;
}

refusal read_weight(const request& in, std::string_view name, float& out) {
  std::optional<double> given;
  if (auto refused = read_number(in, name, {0, 1}, given)) return refused;
  if (given) out = static_cast<float>(*given);
  return std::nullopt;
}

/// Read and checked also where nothing is reranked.
refusal read_strategy(const request& in, std::optional<strategy_request>& out) {
  bool wanted = false;
  strategy_request given;
  if (auto refused = read_flag(in, "rerank", wanted)) return refused;
  if (auto refused = read_strategy_name(in, given.strategy)) return refused;
  if (auto refused = read_weight(in, "relevance_weight", given.weights.relevance)) return refused;
  if (auto refused = read_weight(in, "diversity_weight", given.weights.diversity)) return refused;
  if (auto refused = read_weight(in, "novelty_weight", given.weights.novelty)) return refused;
  if (auto refused = read_weight(in, "popularity_weight", given.weights.popularity)) return refused;
  if (wanted) out = given;
  return std::nullopt;
}

/// The values of a repeated parameter. `brands=`, which a form sends that fills in every field, asks for nothing.
std::vector<std::string> values_of(const request& in, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : in.query) {
    if (key == name && !value.empty()) values.push_back(value);
  }
  return values;
}

refusal read_ids(const request& in, std::string_view name, std::vector<std::string>& out) {
  out = values_of(in, name);
  for (const auto& id : out) {
    if (const auto bad = check_id(name, id)) return problem(400, bad->message, in);
  }
  return std::nullopt;
}

void add_any_of(filter_text& filter, std::string_view attribute, const std::vector<std::string>& values) {
  if (values.empty()) return;
  filter.any_of(attribute, std::vector<attribute_value>(values.begin(), values.end()));
}

refusal read_conditions(const request& in, lite_filters& given, item_conditions& out) {
  constexpr number_range price{-1e15, 1e15};
  given.categories = values_of(in, "categories");
  given.brands = values_of(in, "brands");
  if (auto refused = read_number(in, "min_price", price, given.min_price)) return refused;
  if (auto refused = read_number(in, "max_price", price, given.max_price)) return refused;
  if (auto refused = read_ids(in, "exclude_items", out.exclude_items)) return refused;
  if (auto refused = read_ids(in, "include_items", out.include_items)) return refused;
  filter_text filter;
  add_any_of(filter, "category", given.categories);
  add_any_of(filter, "brand", given.brands);
  if (given.min_price) filter.at_least("price", *given.min_price);
  if (given.max_price) filter.at_most("price", *given.max_price);
  out.filter = filter.text();
  return std::nullopt;
}

refusal read_page(const request& in, std::optional<page_request>& out) {
  if (!in.parameter("page") && !in.parameter("page_size")) return std::nullopt;
  page_request asked;
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  if (auto refused = read_integer(in, "page", {1, any}, asked.number)) return refused;
  if (auto refused = read_integer(in, "page_size", {1, 100}, asked.size)) return refused;
  out = asked;
  return std::nullopt;
}

refusal read_cache(const request& in, cache_request& out) {
  std::size_t seconds = 0;
  if (auto refused = read_flag(in, "use_cache", out.use)) return refused;
  if (auto refused = read_integer(in, "cache_ttl", {0, 3600}, seconds)) return refused;
  if (auto refused = read_flag(in, "invalidate_cache", out.invalidate)) return refused;
  if (in.parameter("cache_ttl")) out.ttl = std::chrono::seconds(seconds);
  out.given = out.ttl || in.parameter("use_cache") || in.parameter("invalidate_cache");
  return std::nullopt;
}

/// What both requests of the surface share.
template <class Query>
refusal read_common(const request& in, std::size_t k_max, Query& query) {
  query.form = surface::lite;
  query.k = std::min(query.k, k_max);
  if (auto refused = read_integer(in, "k", {1, static_cast<std::int64_t>(k_max)}, query.k)) return refused;
  if (auto refused = read_flag(in, "use_faiss", query.use_faiss)) return refused;
  if (auto refused = read_conditions(in, query.given_filters, query.conditions)) return refused;
  if (auto refused = read_page(in, query.page)) return refused;
  if (auto refused = read_cache(in, query.cache)) return refused;
  return read_strategy(in, query.strategy);
}

}  // namespace

parsed<recommend_query> parse_lite_recommend(const request& in, std::size_t k_max) {
  recommend_query query;
  if (auto refused = read_required_id(in, "user_id", query.user_id)) return *std::move(refused);
  if (auto refused = read_common(in, k_max, query)) return *std::move(refused);
  if (auto refused = read_flag(in, "exclude_seen", query.exclude_seen)) return *std::move(refused);
  return query;
}

parsed<similar_query> parse_lite_similar(const request& in, std::size_t k_max) {
  similar_query query;
  if (auto refused = read_required_id(in, "item_id", query.item_id)) return *std::move(refused);
  if (auto refused = read_common(in, k_max, query)) return *std::move(refused);
  return query;
}

}  // namespace freshet::http
