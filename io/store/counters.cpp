#include "io/store/counters.hpp"

#include <algorithm>

namespace freshet {
namespace {

error damaged(const database& db, std::string_view what) {
  return {error_code::corrupted,
          db.path().string() + ": the record " + std::string(what) + " is damaged; restore a backup"};
}

}  // namespace

status counters::load() {
  counters fresh(*db_);
  FRESHET_ASSIGN(const auto stored, db_->get(family::meta, schema::totals_key));
  if (stored) {
    const auto found = schema::decode_totals(*stored);
    if (!found) return damaged(*db_, schema::totals_key);
    fresh.totals_ = *found;
  }
  FRESHET_TRY(db_->for_each(family::meta, database::with_prefix(schema::counts_prefix), database::blocks::passing,
                            [&](auto key, auto value) -> result<scan> {
                              const auto page = schema::number_of_key<std::uint32_t>(schema::counts_prefix, key);
                              const auto counts = schema::decode_counts_page(value);
                              if (!page || !counts || *page > UINT32_MAX / schema::items_per_page)
                                return damaged(*db_, schema::counts_prefix);
                              fresh.events_of_items_.resize(std::size_t{*page} * schema::items_per_page);
                              fresh.events_of_items_.insert(fresh.events_of_items_.end(), counts->begin(),
                                                            counts->end());
                              return scan::go_on;
                            }));

  const auto folded = fresh.totals_.folded;
  fresh.next_change_ = folded + 1;
  const database::range unfolded{schema::numbered_key(schema::change_prefix, folded + 1),
                                 database::with_prefix(schema::change_prefix).last};
  FRESHET_TRY(
      db_->for_each(family::meta, unfolded, database::blocks::passing, [&](auto key, auto value) -> result<scan> {
        const auto sequence = schema::number_of_key<std::uint64_t>(schema::change_prefix, key);
        const auto change = schema::decode_change(value);
        if (!sequence || !change) return damaged(*db_, schema::change_prefix);
        fresh.totals_ = change->after;
        fresh.totals_.folded = folded;
        fresh.assign(change->counts);
        fresh.next_change_ = *sequence + 1;
        return scan::go_on;
      }));

  const std::lock_guard guard(mutex_);
  totals_ = fresh.totals_;
  events_of_items_ = std::move(fresh.events_of_items_);
  next_change_ = fresh.next_change_;
  changed_pages_ = std::move(fresh.changed_pages_);
  return success{};
}

void counters::assign(std::span<const schema::item_count> counts) {
  for (const auto& count : counts) {
    const auto item = to_integer(count.item);
    if (item >= events_of_items_.size()) events_of_items_.resize(std::size_t{item} + 1);
    events_of_items_[item] = count.events;
    changed_pages_.insert(item / schema::items_per_page);
  }
}

schema::totals counters::totals() const {
  const std::lock_guard guard(mutex_);
  return totals_;
}

std::vector<std::uint64_t> counters::events_of_items() const {
  const std::lock_guard guard(mutex_);
  auto counts = events_of_items_;
  counts.resize(totals_.next_item);
  return counts;
}

std::uint64_t counters::events_of(item_index item) const {
  const std::lock_guard guard(mutex_);
  const auto number = to_integer(item);
  return number < events_of_items_.size() ? events_of_items_[number] : 0;
}

void counters::put(write_batch& batch, const schema::totals& after, std::span<const schema::item_count> counts) const {
  batch.put(family::meta, schema::numbered_key(schema::change_prefix, next_change_),
            schema::encode_change(after, counts));
}

void counters::written(const schema::totals& after, std::span<const schema::item_count> counts) {
  const std::lock_guard guard(mutex_);
  const auto folded = totals_.folded;
  totals_ = after;
  totals_.folded = folded;
  assign(counts);
  ++next_change_;
}

status counters::fold_when_due() {
  if (next_change_ - totals_.folded <= changes_max) return success{};
  return fold();
}

status counters::fold() {
  // Only the writer changes these, and this is the writer: reading them needs no lock.
  const auto last = next_change_ - 1;
  auto folded = totals_;
  folded.folded = last;
  FRESHET_ASSIGN(auto batch, db_->begin());
  for (const auto page : changed_pages_) {
    const std::size_t first = std::size_t{page} * schema::items_per_page;
    const auto count = std::min<std::size_t>(schema::items_per_page, events_of_items_.size() - first);
    batch.put(family::meta, schema::numbered_key(schema::counts_prefix, page),
              schema::encode_counts_page(std::span(events_of_items_).subspan(first, count)));
  }
  batch.put(family::meta, schema::totals_key, schema::encode_totals(folded));
  for (auto change = totals_.folded + 1; change <= last; ++change) {
    batch.remove(family::meta, schema::numbered_key(schema::change_prefix, change));
  }
  FRESHET_TRY(db_->write(batch, /*sync=*/false));
  const std::lock_guard guard(mutex_);
  totals_ = folded;
  changed_pages_.clear();
  return success{};
}

}  // namespace freshet
