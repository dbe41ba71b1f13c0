// What: what an event store should hold after batches of events, changes of items, erasures and the passing of time,
//       kept in the simplest way: maps in memory.
// Why:  the oracle of the store's tests. It shares nothing with the store but the structs of an event: no hashes, no
//       numbers for ids, no encoding.
#pragma once

#include <cstdint>
#include <cstdio>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/event.hpp"
#include "core/data/item.hpp"

namespace freshet::testing {

/// One event in one line, everything it holds.
inline std::string in_words(const event& e) {
  std::string value = "-";
  if (e.value) {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%a", static_cast<double>(*e.value));
    value = digits;
  }
  return std::to_string(e.ts) + '|' + e.item_id + '|' + std::to_string(e.qty) + '|' + e.event_type + '|' + value + '|' +
         e.event_id + '|' + e.session_id + '|' + e.recommendation_id + '|' + e.properties;
}

class naive_store {
 public:
  /// True when it was new, and of nobody who was erased later than it happened.
  bool apply(const event& value, const std::string& identity) {
    const auto erased = erased_.find(value.user_id);
    if (value.ts < oldest_ || (erased != erased_.end() && value.ts <= erased->second)) return false;
    return histories_[value.user_id].emplace(identity, value).second;
  }
  void erase(const std::string& user, std::int64_t now) {
    histories_.erase(user);
    erased_[user] = now;
  }
  /// From now on nothing older is kept or taken.
  void keep_from(std::int64_t oldest) {
    oldest_ = oldest;
    for (auto user = histories_.begin(); user != histories_.end();) {
      std::erase_if(user->second, [&](const auto& each) { return each.second.ts < oldest; });
      user = user->second.empty() ? histories_.erase(user) : std::next(user);
    }
  }
  const std::map<std::string, std::int64_t>& erased() const { return erased_; }
  void set_position(const std::string& source, int partition, std::int64_t next) {
    positions_[{source, partition}] = next;
  }

  /// The events of a user, one a line, sorted as lines.
  std::multiset<std::string> history(const std::string& user) const {
    std::multiset<std::string> lines;
    const auto at = histories_.find(user);
    if (at == histories_.end()) return lines;
    for (const auto& [identity, value] : at->second) lines.insert(in_words(value));
    return lines;
  }
  std::set<std::string> users() const {
    std::set<std::string> ids;
    for (const auto& [user, events] : histories_) ids.insert(user);
    return ids;
  }
  std::map<std::string, std::uint64_t> events_of_items() const {
    std::map<std::string, std::uint64_t> counts;
    for (const auto& [user, events] : histories_) {
      for (const auto& [identity, value] : events) ++counts[value.item_id];
    }
    return counts;
  }
  std::uint64_t events() const {
    std::uint64_t sum = 0;
    for (const auto& [user, list] : histories_) sum += list.size();
    return sum;
  }
  void put_item(const item& value) {
    described_[value.item_id] = value;
    deleted_.erase(value.item_id);
  }
  void remove_item(const std::string& id) {
    described_.erase(id);
    deleted_.insert(id);
  }
  const std::map<std::string, item>& described() const { return described_; }
  const std::set<std::string>& deleted() const { return deleted_; }
  /// With metadata or events, and not deleted.
  std::size_t items() const {
    std::set<std::string> ids;
    for (const auto& [id, count] : events_of_items()) ids.insert(id);
    for (const auto& [id, metadata] : described_) ids.insert(id);
    for (const auto& id : deleted_) ids.erase(id);
    return ids.size();
  }
  const std::map<std::pair<std::string, int>, std::int64_t>& positions() const { return positions_; }

 private:
  std::map<std::string, std::map<std::string, event>> histories_;
  std::map<std::string, std::int64_t> erased_;
  std::int64_t oldest_ = 0;
  std::map<std::string, item> described_;
  std::set<std::string> deleted_;
  std::map<std::pair<std::string, int>, std::int64_t> positions_;
};

}  // namespace freshet::testing
