// Members of a /v1 request that are lists of objects.
#include <boost/json/value.hpp>

#include "io/http/json_body.hpp"
#include "io/http/problem.hpp"
#include "io/http/v1_members.hpp"

namespace freshet::http {
namespace {

namespace json = boost::json;

constexpr std::size_t history_entries_max = 1000;
constexpr double factor_max = 1000;

/// Calls `read` with each object of a list.
template <class Entry, class Read>
refusal read_list(const v1_object& from, std::string_view name, std::vector<Entry>& out, Read read) {
  const json::value* given = find_member(from, name);
  if (given == nullptr) return std::nullopt;
  const std::string list_name(name);
  const auto* list = given->if_array();
  if (list == nullptr) return problem(422, list_name + ": " + shown(*given) + " is not a list", from.in);
  for (const auto& each : *list) {
    const std::string place = list_name + "[" + std::to_string(out.size()) + "]";
    const auto* members = each.if_object();
    if (members == nullptr) return problem(422, place + ": " + shown(each) + " is not an object", from.in);
    if (auto refused = read({*members, from.in, place + "."}, out.emplace_back())) return refused;
  }
  return std::nullopt;
}

std::size_t size_of_list(const v1_object& from, std::string_view name) {
  const json::value* given = find_member(from, name);
  return given != nullptr && given->is_array() ? given->get_array().size() : 0;
}

refusal read_entry(const v1_object& from, history_entry& out) {
  static const std::vector<std::string> known{"item_id", "weight", "ts"};
  if (auto refused = check_members(from, known)) return refused;
  bool is_number = false;
  if (auto refused = read_id(from, "item_id", out.item_id, is_number)) return refused;
  if (out.item_id.empty()) return problem(422, from.place + "item_id is required", from.in);
  if (auto refused = read_member(from, "weight", {0, false, 1e9}, out.weight)) return refused;
  std::optional<unix_seconds> ts;
  if (auto refused = read_time(from, "ts", ts)) return refused;
  if (ts) out.ts = *ts;
  return std::nullopt;
}

refusal read_boost(const v1_object& from, score_boost& out) {
  static const std::vector<std::string> known{"filter", "factor"};
  if (auto refused = check_members(from, known)) return refused;
  if (auto refused = read_member(from, "filter", out.filter)) return refused;
  if (out.filter.empty()) return problem(422, from.place + "filter is required: which items?", from.in);
  if (find_member(from, "factor") == nullptr) return problem(422, from.place + "factor is required", from.in);
  return read_member(from, "factor", {0, false, factor_max}, out.factor);
}

}  // namespace

refusal read_history(const v1_object& from, std::vector<history_entry>& out) {
  if (const auto size = size_of_list(from, "history"); size > history_entries_max) {
    return problem(400, "history has " + std::to_string(size) + " entries; give at most 1000, the newest", from.in);
  }
  return read_list(from, "history", out, read_entry);
}

refusal read_boosts(const v1_object& from, std::vector<score_boost>& out) {
  if (const auto size = size_of_list(from, "boost"); size > boosts_max) {
    return problem(400, "boost has " + std::to_string(size) + " entries; give at most " + std::to_string(boosts_max),
                   from.in);
  }
  return read_list(from, "boost", out, read_boost);
}

}  // namespace freshet::http
