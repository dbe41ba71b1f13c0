#include "actors/generation/newcomer_audience.hpp"

#include <algorithm>
#include <utility>

namespace freshet {

void newcomer_audience::begin(std::uint64_t model, row_of_item rows) {
  auto known = std::make_shared<const row_of_item>(std::move(rows));
  const std::lock_guard lock(mutex_);
  model_ = model;
  rows_before_ = std::exchange(is_whole_, false) ? std::move(rows_) : nullptr;
  rows_ = std::move(known);
  is_read_ = false;
  if (!rows_before_) audiences_.clear();
  std::erase_if(audiences_, [this](const auto& each) { return has_row(*rows_, each.first); });
  due_.clear();
  for (auto& [item, of] : audiences_) {
    of.due_from = 0;
    judge(item, of);
  }
}

status newcomer_audience::read(const event_store& store, const std::function<bool()>& goes_on) {
  std::shared_ptr<const row_of_item> known;
  std::shared_ptr<const row_of_item> before;
  std::uint64_t doubts = 0;
  {
    const std::lock_guard lock(mutex_);
    if (!rows_ || std::exchange(is_read_, true)) return success{};
    known = rows_;
    before = rows_before_;
    doubts = doubts_;
  }
  const auto is_wanted = [&](item_index item) {
    const bool goes_over = before && !has_row(*before, item);
    return !has_row(*known, item) && !goes_over;
  };
  FRESHET_ASSIGN(const auto counts, store.item_event_counts());
  std::uint64_t most_events = 0;
  for (std::uint32_t number = 0; number < counts.size(); ++number) {
    if (is_wanted(item_index{number})) most_events = std::max(most_events, counts[number]);
  }
  bool whole = true;
  if (most_events >= events_min_) {
    // What arrives meanwhile is added twice, which says nothing wrong of who touched what.
    FRESHET_TRY(store.for_each_history([&](user_index user, std::span<const interaction> history) {
      for (const auto& event : history) {
        if (event.qty > 0 && is_wanted(event.item)) add(event.item, user);
      }
      return whole = goes_on();
    }));
  }
  if (!whole) return error{error_code::cancelled, "not all histories were read"};
  const bool read_all = most_events >= events_min_ || most_events == 0;
  const std::lock_guard lock(mutex_);
  is_whole_ = read_all && rows_ == known && doubts_ == doubts;
  return success{};
}

void newcomer_audience::doubt() {
  const std::lock_guard lock(mutex_);
  ++doubts_;
  is_whole_ = false;
}

void newcomer_audience::end() {
  const std::lock_guard lock(mutex_);
  rows_ = nullptr;
  is_whole_ = false;
  audiences_.clear();
  due_.clear();
}

std::shared_ptr<const row_of_item> newcomer_audience::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

std::uint64_t newcomer_audience::model() const {
  const std::lock_guard lock(mutex_);
  return model_;
}

void newcomer_audience::add(item_index item, user_index user) {
  const std::lock_guard lock(mutex_);
  auto& of = audiences_[item];
  ++of.events;
  if (of.users.size() < users_max) of.users.insert(user);
  judge(item, of);
}

void newcomer_audience::judge(item_index item, audience& of) {
  if (of.events < events_min_ || of.users.size() < of.due_from) return;
  of.due_from = of.users.size() + std::max<std::size_t>(1, of.users.size() / 2);
  due_.insert(item);
  ++turns_;
}

std::vector<newcomer_audience::item_users> newcomer_audience::take_due() {
  const std::lock_guard lock(mutex_);
  std::vector<item_users> taken;
  for (const auto item : due_) {
    const auto& users = audiences_.at(item).users;
    taken.push_back({item, {users.begin(), users.end()}});
  }
  due_.clear();
  return taken;
}

}  // namespace freshet
