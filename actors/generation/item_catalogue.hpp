// What:    every item the service knows: its number, its id, its metadata as rendered once for answers and column by
//          column for filters, and whether it may be shown at all.
// Why:     an answer needs ten items' fields in microseconds, and an item's new price or absence must show in the next
//          answer, whatever model serves.
// Shown:   an item is left out of every answer while it was deleted, while its attribute `hidden` is true, before
//          `available_from` and from `available_until` on (unix seconds or milliseconds, or RFC 3339).
// Version: grows with every change that an answer could show, also when a window of availability opens or closes; what
//          is kept under a version is stale under the next.
// Threads: every member from any thread; a view or bitmap once handed out never changes.
// Cost:    find and view: a shared lock and one look-up. evaluate: about .1 ms for 100,000 items and comparison.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/base/strong_id.hpp"
#include "core/data/string_map.hpp"
#include "core/filters/evaluate.hpp"
#include "core/filters/item_columns.hpp"
#include "io/http/recommendation_api.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

class item_catalogue {
 public:
  /// Takes in what the store holds and the catalogue does not know; again after a batch of events brought new items.
  /// Cost: a pass over the store's items where one of them is new, else a pass over the numbers.
  status refresh(const event_store& store);

  /// New or changed metadata; an item that was deleted is there again.
  void update(item_index index, item metadata);
  /// The item was deleted: it is in no answer and not found any more. Its number stays.
  void erase(item_index index);

  /// Nothing for an id that was never seen, or whose item was deleted.
  std::optional<item_index> find(std::string_view item_id) const;
  /// Null for a number that was never given out.
  std::shared_ptr<const http::item_view> view(item_index index) const;
  /// The same for many, under one lock.
  std::vector<std::shared_ptr<const http::item_view>> views(std::span<const item_index> indices) const;
  std::size_t size() const;
  /// All ids are canonical int64, so that the guide's answers may write them as JSON integers.
  bool integer_ids() const;

  /// Of what `servable` and `evaluate` say at this time.
  std::uint64_t version(unix_seconds now) const;

  using item_bits = std::shared_ptr<const filters::bitmap>;
  /// Items that may be shown, by number; null = all of them.
  item_bits servable(unix_seconds now) const;
  /// Items of which a condition in the filter grammar is true, by number. Parsed once for each text.
  /// Errors: invalid_argument as core/filters/expression.hpp and evaluate.hpp.
  result<item_bits> evaluate(const std::string& condition, unix_seconds now) const;

  /// Items with metadata that were not deleted, from number `from` on, ascending.
  std::vector<item_index> described_from(std::size_t from) const;

 private:
  /// Of an item that may not always be shown.
  struct window {
    bool hidden = false;
    unix_seconds from{};
    unix_seconds until{};
  };
  /// Which items may be shown, until something changes.
  struct availability {
    std::uint64_t changes = 0;
    item_bits servable;
  };

  /// All numbers below this one, and there is no hole above.
  bool knows_all(std::size_t items) const;
  void insert(item_index index, item metadata);
  void remove(item_index index);
  static std::optional<window> window_of(const item& described);
  result<std::shared_ptr<const filters::expression>> parsed(const std::string& condition) const;
  /// Brought up to date; under both locks.
  const item_bits& current(unix_seconds now) const;

  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<const http::item_view>> views_;
  string_map<item_index> numbers_;
  filters::item_columns columns_;
  std::vector<bool> deleted_;
  std::size_t deleted_items_ = 0;
  std::vector<bool> described_;
  std::map<item_index, window> windows_;
  std::size_t other_ids_ = 0;
  /// Read without a lock by `version`, which every request asks.
  std::atomic<std::uint64_t> changes_{1};
  /// How often the bits were computed anew because of the time alone, and until when they hold: a window opens or
  /// closes then.
  mutable std::atomic<std::uint64_t> turns_{0};
  mutable std::atomic<unix_seconds> valid_until_{0};

  /// Taken after mutex_.
  mutable std::mutex derived_mutex_;
  mutable availability availability_;
  mutable std::map<std::string, std::shared_ptr<const filters::expression>, std::less<>> parsed_;
};

}  // namespace freshet
