// What:    the recommendation requests of the three surfaces as typed values, and their answers as bytes; pure
//          functions, no actors, no sockets.
//            lite   GET /recommend, GET /similar-items            (recsys-lite-runbook.md; string ids)
//            guide  POST /recommend, /batch_recommend, /similar_items
//                                                                 (operations-guide.md; integer or string ids)
//            v1     POST /v1/recommend, /v1/rank, GET /v1/items/{id}/similar
//                                                                 (user, or an anonymous history)
// Filter:  every surface says its conditions in the one filter grammar (core/filters/expression.hpp): `price_max: 5`
//          of the guide and `max_price=5` of lite become `price <= 5`. The parse does not look into the text that a
//          client of v1 writes: who evaluates it (and keeps the result) reports what is wrong.
// Errors:  a parse that fails yields the finished problem response (400, 415, 422) of its surface. 422: missing or
//          unparseable (the guide: a list of {loc, msg, type}, also for a topk out of range and a body that is no
//          JSON). 400: out of range, and on v1 an unknown member, with the nearest known. Unknown parameters of lite
//          and guide are ignored, as their clients expect.
// Cost:    rendering appends prerendered item fragments to one string: a few microseconds for ten items.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/clock.hpp"
#include "core/data/item.hpp"
#include "core/ranking/reranking/hybrid_reranker.hpp"
#include "core/ranking/reranking/strategy_reranker.hpp"
#include "io/http/message.hpp"

namespace freshet::http {

enum class surface { lite, guide, v1 };

/// One entry of an anonymous history.
struct history_entry {
  std::string item_id;
  float weight = 1;
  unix_seconds ts{};

  friend bool operator==(const history_entry&, const history_entry&) = default;
};

/// Reranking of the lite surface.
struct strategy_request {
  rerank_strategy strategy = rerank_strategy::hybrid;
  component_values weights = component_weights_default;

  friend bool operator==(const strategy_request&, const strategy_request&) = default;
};

/// Weights of the guide's hybrid reranking; those that are not given are as configured.
struct given_weights {
  std::optional<float> cf;
  std::optional<float> content;
  std::optional<float> popularity;
  std::optional<float> quality;
};

/// Which items may stand in an answer.
struct item_conditions {
  /// In the filter grammar; empty = every item.
  std::string filter;
  std::vector<std::string> exclude_items;
  /// Only these, where any are given.
  std::vector<std::string> include_items;

  bool any() const { return !filter.empty() || !exclude_items.empty() || !include_items.empty(); }
  friend bool operator==(const item_conditions&, const item_conditions&) = default;
};

/// What a client of lite gave as conditions, for `filter_info`.
struct lite_filters {
  std::vector<std::string> categories;
  std::vector<std::string> brands;
  std::optional<double> min_price;
  std::optional<double> max_price;

  friend bool operator==(const lite_filters&, const lite_filters&) = default;
};

/// A part of a list, from 1; lite.
struct page_request {
  std::size_t number = 1;
  std::size_t size = 10;
};

/// lite; without it an answer may come from the cache and stays as long as configured.
struct cache_request {
  bool use = true;
  std::optional<std::chrono::seconds> ttl;
  /// Compute anew and keep that.
  bool invalidate = false;
  /// Whether the client gave any of the three: then the answer has `filter_info`.
  bool given = false;
};

/// v1: scores of items of which `filter` is true are multiplied by `factor` (divided where they are negative).
struct score_boost {
  std::string filter;
  float factor = 1;

  friend bool operator==(const score_boost&, const score_boost&) = default;
};
inline constexpr std::size_t boosts_max = 4;

struct recommend_query {
  surface form = surface::lite;
  /// Empty only on v1, when `history` is given instead.
  std::string user_id;
  /// The guide echoes the JSON type it was given.
  bool user_id_is_number = false;
  std::vector<history_entry> history;
  std::size_t k = 10;
  bool exclude_seen = true;
  item_conditions conditions;

  // lite
  lite_filters given_filters;
  std::optional<page_request> page;
  cache_request cache;
  /// Approximate search where an index is configured.
  bool use_faiss = true;
  /// lite: nothing = the model's order.
  std::optional<strategy_request> strategy;
  /// guide: nothing = as configured.
  std::optional<bool> rerank;
  given_weights rerank_weights;
  /// v1: how much variety counts against relevance, 0..1.
  float diversity = 0;
  /// v1: whether each item comes with reasons.
  bool explain = false;
  /// v1: best items of the list that are passed over.
  std::size_t offset = 0;
  std::vector<score_boost> boosts;
  /// v1: metadata to return, by name; nothing = title, category, brand, price and image.
  std::optional<std::vector<std::string>> fields;
  /// v1: answer only with this model; empty = the one in service.
  std::string model;
  /// v1: from the history retained up to here.
  std::optional<unix_seconds> as_of;
  /// v1: `conditions.include_items` is a candidate list that is to come back ranked (POST /v1/rank).
  bool ranks_candidates = false;
  /// guide: one of a POST /batch_recommend.
  bool in_batch = false;
};

struct similar_query {
  surface form = surface::lite;
  std::string item_id;
  /// The guide echoes the JSON type it was given.
  bool item_id_is_number = false;
  std::size_t k = 10;
  item_conditions conditions;

  // lite
  lite_filters given_filters;
  std::optional<page_request> page;
  cache_request cache;
  bool use_faiss = true;
  std::optional<strategy_request> strategy;
  /// guide: false = by content.
  bool use_cf = true;
  /// v1
  std::optional<std::vector<std::string>> fields;
};

/// guide: POST /batch_recommend as the queries of its users, in the order given, repeats left out.
struct batch_query {
  std::vector<recommend_query> users;
};

/// lite: whether the answer says what was filtered, reranked or cached: where the client asked for any of it.
template <class Query>
bool wants_filter_info(const Query& query) {
  return query.conditions.any() || query.strategy || query.cache.given;
}

/// Which part of a list of `listed` items stands on a page; past the end it is the last one.
struct page_cut {
  std::size_t number = 1;
  std::size_t pages = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};
[[nodiscard]] page_cut cut_page(const page_request& asked, std::size_t listed);

template <class Query>
using parsed = std::variant<Query, response>;

[[nodiscard]] parsed<recommend_query> parse_lite_recommend(const request& in, std::size_t k_max);
[[nodiscard]] parsed<similar_query> parse_lite_similar(const request& in, std::size_t k_max);
[[nodiscard]] parsed<recommend_query> parse_guide_recommend(const request& in);
[[nodiscard]] parsed<batch_query> parse_guide_batch(const request& in);
[[nodiscard]] parsed<similar_query> parse_guide_similar(const request& in);
[[nodiscard]] parsed<recommend_query> parse_v1_recommend(const request& in);
[[nodiscard]] parsed<recommend_query> parse_v1_rank(const request& in);
[[nodiscard]] parsed<similar_query> parse_v1_similar(const request& in, std::string item_id);

/// An item with its metadata rendered once, for every answer it appears in. Immutable.
class item_view {
 public:
  explicit item_view(item metadata);
  const item& metadata() const { return metadata_; }
  /// `"title":"...","category":...,"image_url":...` of the lite surface; no braces.
  std::string_view lite_fields() const { return lite_fields_; }
  /// `"product_name":...,"num_sold_time":...` of the guide.
  std::string_view guide_fields() const { return guide_fields_; }
  /// `"..."`, the id as a JSON string.
  std::string_view quoted_id() const { return quoted_id_; }
  /// Whether the id is a canonical int64: "7", not "07" or "+7".
  bool has_integer_id() const { return has_integer_id_; }

 private:
  item metadata_;
  bool has_integer_id_ = false;
  std::string quoted_id_;
  std::string lite_fields_;
  std::string guide_fields_;
};

struct ranked_item {
  std::shared_ptr<const item_view> view;
  float score{};
};

/// An item of the user's history and what it added to a score.
struct reason {
  std::shared_ptr<const item_view> view;
  float contribution{};
};

struct recommendation {
  std::string model_id;
  /// Empty = the model's own answer; else "popularity" or "hybrid".
  std::string fallback_method;
  std::vector<ranked_item> items;  // best first
  /// The same by number, and the list's name for the events that follow from it; empty = it has none.
  std::vector<item_index> shown;
  std::string recommendation_id;
  /// The guide writes item ids as JSON integers when all ids of the catalogue are canonical int64.
  bool integer_item_ids = false;

  /// By item; empty where there was no hybrid reranking.
  std::vector<reranked_row> reranked;
  /// By item; empty where there was no reranking by a strategy.
  std::vector<std::string> explanations;
  /// lite: items that could have been recommended before and after the conditions of the request; counted where the
  /// answer has `filter_info`.
  std::size_t original_count = 0;
  std::size_t filtered_count = 0;
  /// lite: the length of the list of which `items` is a page.
  std::size_t listed = 0;
  /// lite: what became of the cache; for `filter_info`.
  bool cache_hit = false;
  std::chrono::seconds cache_ttl{};
  /// guide, of similar items: "cf_embeddings" or "content".
  std::string method;
  /// v1, of a candidate list: those that are not in `items`: unknown, hidden, filtered or seen.
  std::vector<std::string> unranked;
  /// By item, the strongest first; empty where nobody asked.
  std::vector<std::vector<reason>> reasons;
};

/// GET /v1/users/{id}/because/{item}.
struct because_answer {
  std::string user_id;
  std::string item_id;
  std::string model_id;
  /// Nothing when the model does not know the item or the user.
  std::optional<float> score;
  /// The strongest first.
  std::vector<reason> reasons;
};

[[nodiscard]] response render_lite(const recommend_query& query, const recommendation& answer);
[[nodiscard]] response render_lite_similar(const similar_query& query, const recommendation& answer);
/// `latency_ms` = from arrival to now.
[[nodiscard]] response render_guide(const recommend_query& query, const recommendation& answer, double latency_ms);
/// {user_id, recommendations: [{item_id, score, rank, title, category, brand, price, img_url, image_url}], count,
/// is_fallback, fallback_method, model_id, recommendation_id, latency_ms}; `user_id` is null for an anonymous history.
/// `because` [{item_id, title, contribution}] with each item when it was asked for.
[[nodiscard]] response render_v1(const recommend_query& query, const recommendation& answer, double latency_ms);
/// {recommendations, count, is_fallback, fallback_method}: what /batch_recommend says of one user, appended to `out`.
void append_batch_entry(std::string& out, const recommend_query& query, const recommendation& answer);
struct batch_entry {
  const recommend_query* query{};
  /// As append_batch_entry wrote it.
  std::string body;
  bool is_fallback = false;
};
/// {results: {"<id>": ...}, num_users, total_latency_ms, cf_users, fallback_users}
[[nodiscard]] response render_guide_batch(std::span<const batch_entry> entries, double latency_ms);
/// {product_id, similar_items: [...], count, method, model_id, latency_ms}
[[nodiscard]] response render_guide_similar(const similar_query& query, const recommendation& answer,
                                            double latency_ms);
/// {item_id, similar_items: [...], count, model_id, latency_ms}
[[nodiscard]] response render_v1_similar(const similar_query& query, const recommendation& answer, double latency_ms);

/// A body that was kept, as the answer to another request of the same kind: the rest stays byte for byte.
/// guide and v1: with its own latency, which every body has as its last member.
[[nodiscard]] response with_latency(std::string_view kept_body, double latency_ms);
/// lite: with what became of the cache this time, which `filter_info` has as its last member; a body whose
/// `filter_info` is null is the answer as it is.
[[nodiscard]] response with_cache_state(std::string_view kept_body, bool hit, std::chrono::seconds ttl,
                                        bool invalidated);

/// {user_id, item_id, model_id, score, because: [{item_id, title, contribution}]}
[[nodiscard]] response render_because(const because_answer& answer);

}  // namespace freshet::http
