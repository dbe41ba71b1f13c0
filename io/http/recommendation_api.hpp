// What:    the recommendation requests of the three surfaces as typed values, and their answers as bytes; pure
//          functions, no actors, no sockets.
//            lite   GET /recommend, GET /similar-items            (recsys-lite-runbook.md; string ids)
//            guide  POST /recommend                               (operations-guide.md; integer or string ids)
//            v1     POST /v1/recommend                            (user, or an anonymous history)
// Errors:  a parse that fails yields the finished problem response (400, 415, 422) of its surface. 422: missing or
//          unparseable (the guide: a list of {loc, msg, type}, also for a topk out of range and a body that is no
//          JSON). 400: out of range, a documented parameter that has no effect yet (unsupported.hpp), and on v1 an
//          unknown member, with the nearest known. Unknown parameters of lite and guide are ignored, as their clients
//          expect.
// Cost:    rendering appends prerendered item fragments to one string: a few microseconds for ten items.
#pragma once

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

struct recommend_query {
  surface form = surface::lite;
  /// Empty only on v1, when `history` is given instead.
  std::string user_id;
  /// The guide echoes the JSON type it was given.
  bool user_id_is_number = false;
  std::vector<history_entry> history;
  std::size_t k = 10;
  bool exclude_seen = true;

  /// lite: nothing = the model's order.
  std::optional<strategy_request> strategy;
  /// guide: nothing = as configured.
  std::optional<bool> rerank;
  given_weights rerank_weights;
  /// v1: how much variety counts against relevance, 0..1.
  float diversity = 0;
  /// v1: whether each item comes with reasons.
  bool explain = false;
};

struct similar_query {
  std::string item_id;
  std::size_t k = 10;
  std::optional<strategy_request> strategy;
};

template <class Query>
using parsed = std::variant<Query, response>;

[[nodiscard]] parsed<recommend_query> parse_lite_recommend(const request& in, std::size_t k_max);
[[nodiscard]] parsed<similar_query> parse_lite_similar(const request& in, std::size_t k_max);
[[nodiscard]] parsed<recommend_query> parse_guide_recommend(const request& in);
[[nodiscard]] parsed<recommend_query> parse_v1_recommend(const request& in);

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
  /// The guide writes item ids as JSON integers when all ids of the catalogue are canonical int64.
  bool integer_item_ids = false;

  /// By item; empty where there was no hybrid reranking.
  std::vector<reranked_row> reranked;
  /// By item; empty where there was no reranking by a strategy.
  std::vector<std::string> explanations;
  /// Items that could have been recommended; for reranking by a strategy.
  std::size_t eligible = 0;
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
/// is_fallback, fallback_method, model_id, latency_ms}; `user_id` is null for an anonymous history.
/// `because` [{item_id, title, contribution}] with each item when it was asked for.
[[nodiscard]] response render_v1(const recommend_query& query, const recommendation& answer, double latency_ms);

/// {user_id, item_id, model_id, score, because: [{item_id, title, contribution}]}
[[nodiscard]] response render_because(const because_answer& answer);

}  // namespace freshet::http
