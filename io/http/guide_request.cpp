#include <algorithm>
#include <array>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <set>
#include <utility>

#include "io/http/guide_members.hpp"
#include "io/http/parameters.hpp"
#include "io/http/recommendation_api.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t topk_max = 100;
constexpr std::int64_t similar_topk_max = 50;
constexpr std::size_t batch_users_max = 100;

/// The guide's rollback recipe adds rerank=false to requests: the query string is understood too; a `false` in either
/// place turns reranking off.
void read_rerank(const json::object& body, const request& in, recommend_query& query, complaints& list) {
  const auto take = [&](std::optional<bool> flag, std::string_view place) {
    if (!flag) {
      list.push_back({{std::string(place), "rerank"}, "Input should be a valid boolean", "bool_parsing"});
      return;
    }
    query.rerank = *flag && query.rerank.value_or(true);
  };
  if (const json::value* given = body.if_contains("rerank"); given != nullptr && !given->is_null()) {
    take(as_flag(*given), "body");
  }
  for (const auto& [name, value] : in.query) {
    if (name == "rerank") take(parse_flag(value), "query");
  }
}

void read_rerank_weights(const json::object& body, recommend_query& query, complaints& list) {
  const json::value* given = body.if_contains("rerank_weights");
  if (given == nullptr || given->is_null()) return;
  const auto* weights = given->if_object();
  if (weights == nullptr) {
    return complain(list, "rerank_weights", "Input should be a valid dictionary", "dict_type");
  }
  auto& out = query.rerank_weights;
  const std::array<std::pair<std::string_view, std::optional<float>*>, 4> known{
      {{"cf", &out.cf}, {"content", &out.content}, {"popularity", &out.popularity}, {"quality", &out.quality}}};
  for (const auto& each : *weights) {
    const std::string_view name = each.key();
    const json::value& value = each.value();
    const auto refuse = [&](std::string msg, std::string type) {
      list.push_back({{"body", "rerank_weights", std::string(name)}, std::move(msg), std::move(type)});
    };
    const auto* found = std::ranges::find(known, name, [](const auto& known_weight) { return known_weight.first; });
    if (found == known.end()) {
      refuse("Extra inputs are not permitted; give cf, content, popularity and quality", "extra_forbidden");
    } else if (!value.is_number()) {
      refuse("Input should be a valid number", "float_type");
    } else if (const auto weight = value.to_number<double>(); weight < 0) {
      refuse("Input should be greater than or equal to 0", "greater_than_equal");
    } else if (weight > 1) {
      refuse("Input should be less than or equal to 1", "less_than_equal");
    } else {
      *found->second = static_cast<float>(weight);
    }
  }
}

/// What a recommendation for one user and for a batch share.
void read_common(const json::object& body, const request& in, recommend_query& query, complaints& list) {
  query.form = surface::guide;
  read_topk(body, topk_max, query.k, list);
  read_flag(body, "exclude_seen", query.exclude_seen, list);
  read_filter_params(body, query.conditions.filter, list);
  read_rerank(body, in, query, list);
  read_rerank_weights(body, query, list);
}

/// Each user once, in the order given: their ids are the keys of the answer.
std::vector<json_id> read_users(const json::object& body, complaints& list) {
  std::vector<json_id> users;
  const json::value* given = body.if_contains("user_ids");
  if (given == nullptr) {
    complain(list, "user_ids", "Field required", "missing");
    return users;
  }
  const auto* ids = given->if_array();
  if (ids == nullptr) {
    complain(list, "user_ids", "Input should be a valid list", "list_type");
  } else if (ids->empty()) {
    complain(list, "user_ids", "List should have at least 1 item", "too_short");
  } else if (ids->size() > batch_users_max) {
    complain(list, "user_ids", "List should have at most " + std::to_string(batch_users_max) + " items", "too_long");
  } else {
    std::set<std::string> known;
    for (std::size_t at = 0; at < ids->size(); ++at) {
      auto id = read_id((*ids)[at], {"body", "user_ids", std::to_string(at)}, list);
      if (id && known.insert(id->text).second) users.push_back(*std::move(id));
    }
  }
  return users;
}

}  // namespace

parsed<recommend_query> parse_guide_recommend(const request& in) {
  auto body = read_guide_body(in);
  if (auto* refused = std::get_if<response>(&body)) return std::move(*refused);
  const auto& object = std::get<json::object>(body);
  recommend_query query;
  complaints list;
  if (auto user = read_required_id(object, "user_id", list)) {
    query.user_id = std::move(user->text);
    query.user_id_is_number = user->is_number;
  }
  read_common(object, in, query, list);
  if (!list.empty()) return validation_problem(list, in);
  return query;
}

parsed<batch_query> parse_guide_batch(const request& in) {
  auto body = read_guide_body(in);
  if (auto* refused = std::get_if<response>(&body)) return std::move(*refused);
  const auto& object = std::get<json::object>(body);
  recommend_query query{.in_batch = true};
  complaints list;
  auto users = read_users(object, list);
  read_common(object, in, query, list);
  if (!list.empty()) return validation_problem(list, in);
  batch_query batch{.users = std::vector<recommend_query>(users.size(), query)};
  for (std::size_t at = 0; at < users.size(); ++at) {
    batch.users[at].user_id = std::move(users[at].text);
    batch.users[at].user_id_is_number = users[at].is_number;
  }
  return batch;
}

parsed<similar_query> parse_guide_similar(const request& in) {
  auto body = read_guide_body(in);
  if (auto* refused = std::get_if<response>(&body)) return std::move(*refused);
  const auto& object = std::get<json::object>(body);
  similar_query query{.form = surface::guide};
  complaints list;
  if (auto item = read_required_id(object, "product_id", list)) {
    query.item_id = std::move(item->text);
    query.item_id_is_number = item->is_number;
  }
  read_topk(object, similar_topk_max, query.k, list);
  read_flag(object, "use_cf", query.use_cf, list);
  read_filter_params(object, query.conditions.filter, list);
  if (!list.empty()) return validation_problem(list, in);
  return query;
}

}  // namespace freshet::http
