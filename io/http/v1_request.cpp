#include <algorithm>

#include "io/events/event_validation.hpp"
#include "io/http/problem.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/http/v1_members.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

constexpr integer_range k_range{1, 1'000};
constexpr integer_range offset_range{0, 10'000};
constexpr std::size_t candidates_max = 1'000;
constexpr std::size_t conditions_ids_max = 10'000;

/// What the requests for a user share.
refusal read_common(const v1_object& from, recommend_query& query) {
  query.form = surface::v1;
  if (auto refused = read_id(from, "user_id", query.user_id, query.user_id_is_number)) return refused;
  if (auto refused = read_history(from, query.history)) return refused;
  if (auto refused = read_member(from, "filter", query.conditions.filter)) return refused;
  if (auto refused = read_member(from, "exclude_seen", query.exclude_seen)) return refused;
  if (auto refused = read_member(from, "explain", query.explain)) return refused;
  if (auto refused = read_fields(from, query.fields)) return refused;
  if (auto refused = read_member(from, "model", query.model)) return refused;
  if (auto refused = read_time(from, "as_of", query.as_of)) return refused;
  if (query.user_id.empty() && query.history.empty()) {
    return problem(422, "user_id or history is required: whom is this for?", from.in);
  }
  return std::nullopt;
}

refusal read_recommend(const v1_object& from, recommend_query& query) {
  static const std::vector<std::string> known{
      "user_id",       "history",   "k",       "filter", "boost", "exclude_seen", "exclude_items",
      "include_items", "diversity", "explain", "fields", "model", "offset",       "as_of"};
  if (auto refused = check_members(from, known)) return refused;
  if (auto refused = read_common(from, query)) return refused;
  if (auto refused = read_member(from, "k", k_range, query.k)) return refused;
  if (auto refused = read_member(from, "offset", offset_range, query.offset)) return refused;
  if (auto refused = read_member(from, "diversity", {0, true, 1}, query.diversity)) return refused;
  if (auto refused = read_boosts(from, query.boosts)) return refused;
  auto& conditions = query.conditions;
  if (auto refused = read_ids(from, "exclude_items", conditions_ids_max, conditions.exclude_items)) return refused;
  return read_ids(from, "include_items", conditions_ids_max, conditions.include_items);
}

refusal read_rank(const v1_object& from, recommend_query& query) {
  static const std::vector<std::string> known{"user_id", "history", "items", "filter", "exclude_seen",
                                              "explain", "fields",  "model", "as_of"};
  if (auto refused = check_members(from, known)) return refused;
  query.exclude_seen = false;  // unlike a recommendation: the client has chosen the items
  query.ranks_candidates = true;
  if (auto refused = read_common(from, query)) return refused;
  auto& items = query.conditions.include_items;
  if (auto refused = read_ids(from, "items", candidates_max, items)) return refused;
  if (items.empty()) return problem(422, "items is required: which items are to be ranked?", from.in);
  query.k = items.size();
  return std::nullopt;
}

parsed<recommend_query> parse(const request& in, refusal (*read)(const v1_object&, recommend_query&)) {
  auto body = read_v1_body(in);
  if (auto* refused = std::get_if<response>(&body)) return std::move(*refused);
  recommend_query query;
  if (auto refused = read({std::get<json::object>(body), in}, query)) return *std::move(refused);
  return query;
}

refusal check_parameters(const request& in) {
  static const std::vector<std::string> known{"k", "filter", "exclude_items", "include_items", "fields"};
  for (const auto& [name, value] : in.query) {
    if (std::ranges::find(known, name) == known.end()) return refuse_unknown(name, known, in);
  }
  return std::nullopt;
}

refusal read_repeated_ids(const request& in, std::string_view name, std::vector<std::string>& out) {
  for (const auto& [key, value] : in.query) {
    if (key != name || value.empty()) continue;
    if (const auto bad = check_id(name, value)) return problem(400, bad->message, in);
    out.push_back(value);
  }
  return std::nullopt;
}

/// fields=title,price and fields=title&fields=price say the same; `fields=` alone asks for none.
refusal read_repeated_fields(const request& in, std::optional<std::vector<std::string>>& out) {
  for (const auto& [key, value] : in.query) {
    if (key != "fields") continue;
    if (!out) out.emplace();
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      if (comma > 0) out->emplace_back(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return out ? check_fields(*out, in) : std::nullopt;
}

refusal read_similar(const request& in, similar_query& query) {
  if (const auto bad = check_id("id", query.item_id)) return problem(400, bad->message, in);
  if (auto refused = check_parameters(in)) return refused;
  if (auto refused = read_integer(in, "k", k_range, query.k)) return refused;
  std::optional<std::string> filter;
  if (auto refused = read_text(in, "filter", filter)) return refused;
  if (filter) query.conditions.filter = *std::move(filter);
  if (auto refused = read_repeated_ids(in, "exclude_items", query.conditions.exclude_items)) return refused;
  if (auto refused = read_repeated_ids(in, "include_items", query.conditions.include_items)) return refused;
  return read_repeated_fields(in, query.fields);
}

}  // namespace

parsed<recommend_query> parse_v1_recommend(const request& in) {
  return parse(in, read_recommend);
}

parsed<recommend_query> parse_v1_rank(const request& in) {
  return parse(in, read_rank);
}

parsed<similar_query> parse_v1_similar(const request& in, std::string item_id) {
  similar_query query{.form = surface::v1, .item_id = std::move(item_id)};
  if (auto refused = read_similar(in, query)) return *std::move(refused);
  return query;
}

}  // namespace freshet::http
