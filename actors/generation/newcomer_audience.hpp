// What:    who touched items that the model in service was not trained with.
// Why:     an item that came after the training can be placed among the model's factors by those who touched it
//          (core/models/als, als_item_fold_in), which says more than its words; that needs its users, and histories are
//          kept by user.
// Due:     an item is due with `events_min` events and again whenever its users have grown by half, so that a popular
//          one is solved for a dozen times until the next training, not with each event.
// Swaps:   what is known of an item that the next model was not trained with either goes over to it, so that most swaps
//          need no pass over the histories.
// Limits:  of each item the first `users_max` users: more would change little.
// Threads: every member from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/strong_id.hpp"
#include "core/data/training_data.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

class newcomer_audience {
 public:
  static constexpr std::size_t users_max = 1'000;

  explicit newcomer_audience(std::uint32_t events_min) : events_min_(events_min) {}

  /// From now on items without a row here are new, and due if enough is known of them already; what was known of others
  /// is forgotten. `model`: a number for it.
  void begin(std::uint64_t model, row_of_item rows);
  /// Adds who touched such items before, once after each `begin`. Cost: a pass over all histories where such items, new
  /// since this `begin`, have enough events already; else nothing. Errors: the store's; cancelled as soon as `goes_on`
  /// says no.
  status read(
      const event_store& store, const std::function<bool()>& goes_on = [] { return true; });
  /// Somebody may have touched such an item and was not added: nothing goes over to the next model, which reads.
  void doubt();
  /// From now on nothing is new, for models that do not ask.
  void end();

  /// The rows that `begin` was given; null = nothing is new.
  std::shared_ptr<const row_of_item> rows() const;
  /// `user` touched an item without a row.
  void add(item_index item, user_index user);

  /// Of which model.
  std::uint64_t model() const;
  /// Grows whenever an item becomes due.
  std::uint64_t turns() const { return turns_; }
  struct item_users {
    item_index item{};
    std::vector<user_index> users;
  };
  /// Items that became due since the last call, and their users.
  std::vector<item_users> take_due();

 private:
  struct audience {
    std::set<user_index> users;
    std::uint64_t events = 0;
    /// Users from which on it is due again.
    std::size_t due_from = 0;
  };

  /// Under the lock: due if it has enough of both.
  void judge(item_index item, audience& of);

  const std::uint32_t events_min_;
  mutable std::mutex mutex_;
  std::uint64_t model_ = 0;
  std::shared_ptr<const row_of_item> rows_;
  /// The rows of the model before, where all is known of the items that it had none for; null = nothing goes over.
  std::shared_ptr<const row_of_item> rows_before_;
  bool is_read_ = false;
  /// Who touched items without a row is known from the first event on.
  bool is_whole_ = false;
  std::uint64_t doubts_ = 0;
  std::map<item_index, audience> audiences_;
  std::set<item_index> due_;
  std::atomic<std::uint64_t> turns_{0};
};

/// Whether the model has a row for the item.
inline bool has_row(const row_of_item& rows, item_index item) {
  return to_integer(item) < rows.size() && rows[to_integer(item)].has_value();
}

}  // namespace freshet
