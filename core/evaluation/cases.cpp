#include "core/evaluation/cases.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/hash.hpp"

namespace freshet {
namespace {

item_lists kept_of(const item_lists& lists, const std::vector<std::size_t>& kept) {
  item_lists chosen;
  for (const auto list : kept) {
    const auto rows = lists.of(list);
    chosen.rows.insert(chosen.rows.end(), rows.begin(), rows.end());
    chosen.offsets.push_back(chosen.rows.size());
  }
  return chosen;
}

}  // namespace

void item_lists::add(std::vector<item_row> list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  rows.insert(rows.end(), list.begin(), list.end());
  offsets.push_back(rows.size());
}

std::uint64_t item_lists::hash() const {
  const auto bytes_of = [](const auto& values) {
    return std::string_view(reinterpret_cast<const char*>(values.data()), values.size() * sizeof values[0]);
  };
  return hash_combine(hash64(bytes_of(offsets)), hash64(bytes_of(rows)));
}

void evaluation_cases::add(const evaluation_case& each, std::vector<item_row> relevant_rows) {
  cases.push_back(each);
  relevant.add(std::move(relevant_rows));
}

std::uint64_t evaluation_cases::hash() const {
  std::uint64_t whole = hash_combine(relevant.hash(), candidates.hash());
  for (const auto& each : cases) whole = hash_combine(whole, hash_combine(to_integer(each.user), each.events));
  return hash_combine(whole, ranks_told ? 1 : 0);
}

void evaluation_cases::keep_if(const std::function<bool(const evaluation_case&)>& wanted) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (wanted(cases[i])) kept.push_back(i);
  }
  relevant = kept_of(relevant, kept);
  if (candidates.size() > 0) candidates = kept_of(candidates, kept);
  for (std::size_t i = 0; i < kept.size(); ++i) cases[i] = cases[kept[i]];
  cases.resize(kept.size());
}

told_function told_by(std::shared_ptr<const training_data> data) {
  return [data = std::move(data)](user_row user, std::uint32_t events) {
    FRESHET_CHECK(events == whole_history, "strengths are sums: a part of them is not known");
    if (to_integer(user) >= data->strengths.rows()) return user_interactions{};
    return interactions_of(*data, user);
  };
}

told_function told_by(std::shared_ptr<const event_sequences> sequences) {
  return [sequences = std::move(sequences)](user_row user, std::uint32_t events) {
    const auto all = sequences->of(user);
    const auto told = all.first(std::min<std::size_t>(events, all.size()));
    return user_interactions{.strengths = counted(told), .sequence = {told.begin(), told.end()}};
  };
}

taste counted(std::span<const dated_item> events) {
  std::vector<item_row> rows;
  rows.reserve(events.size());
  for (const auto& each : events) rows.push_back(each.item);
  std::sort(rows.begin(), rows.end());
  taste counts;
  for (const auto row : rows) {
    if (counts.empty() || counts.back().item != row) counts.push_back({row, 0});
    counts.back().strength += 1;
  }
  return counts;
}

}  // namespace freshet
