// What:    how many users, items, events and letters there are, the next free numbers, and the events of each item.
// Why:     counts must be known at open without reading events, and be exact after a kill. Every batch carries one
//          small record of what it changed, with absolute numbers (schema.hpp, "change/"); now and then the records are
//          folded into totals and pages and removed.
// Threads: one writer; reading from any thread.
// Cost:    open: 8 bytes an item and at most `changes_max` records.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "io/store/database.hpp"
#include "io/store/schema.hpp"

namespace freshet {

class counters {
 public:
  static constexpr std::uint64_t changes_max = 256;

  explicit counters(database& db) : db_(&db) {}

  status load();
  schema::totals totals() const;
  std::vector<std::uint64_t> events_of_items() const;
  std::uint64_t events_of(item_index item) const;

  /// Puts what changes into the batch.
  void put(write_batch& batch, const schema::totals& after, std::span<const schema::item_count> counts) const;
  /// The batch has been written.
  void written(const schema::totals& after, std::span<const schema::item_count> counts);
  /// Not urgent: when it fails the changes stay, and the next time is as good.
  status fold_when_due();

 private:
  void assign(std::span<const schema::item_count> counts);
  status fold();

  database* db_;
  mutable std::mutex mutex_;
  schema::totals totals_;
  std::vector<std::uint64_t> events_of_items_;
  std::uint64_t next_change_ = 1;
  std::set<std::uint32_t> changed_pages_;
};

}  // namespace freshet
