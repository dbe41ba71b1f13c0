// What: an event store that fails now and then: says that the disk is full or cannot be read, or throws before or after
//       it did what it was asked for, as an actor that runs out of memory would.
#pragma once

#include <stdexcept>

#include "core/base/random.hpp"
#include "io/store/event_store.hpp"

namespace freshet::testing {

class faulty_store final : public event_store {
 public:
  faulty_store(std::unique_ptr<event_store> real, random_source dice) : real_(std::move(real)), dice_(dice) {}

  /// Share of calls that go wrong.
  void fail(double share) { share_ = share; }
  std::uint64_t failures() const { return failures_; }

  status refresh() override { return real_->refresh(); }
  result<ingest_outcome> apply(const ingest_batch& batch, bool sync) override {
    FRESHET_TRY(may_fail());
    auto applied = real_->apply(batch, sync);
    if (applied) may_throw("after it was applied");
    return applied;
  }
  result<std::vector<item_index>> put_items(std::span<const item> items) override {
    FRESHET_TRY(may_fail());
    return real_->put_items(items);
  }
  status remove_items(std::span<const item_index> items) override { return real_->remove_items(items); }
  result<std::vector<item_index>> intern_items(std::span<const std::string> item_ids) override {
    FRESHET_TRY(may_fail());
    return real_->intern_items(item_ids);
  }
  status sync() override { return real_->sync(); }
  result<erasure_outcome> erase_users(const erasure_order& order) override {
    FRESHET_TRY(may_fail());
    return real_->erase_users(order);
  }
  bool is_erased(std::string_view user_id) const override { return real_->is_erased(user_id); }
  void set_retention(std::uint32_t days) override { real_->set_retention(days); }
  result<expiry_outcome> remove_expired() override {
    FRESHET_TRY(may_fail());
    return real_->remove_expired();
  }

  result<std::optional<user_index>> find_user(std::string_view user_id) const override {
    FRESHET_TRY(may_fail());
    return real_->find_user(user_id);
  }
  bool is_surely_unknown(std::string_view user_id) const override { return real_->is_surely_unknown(user_id); }
  result<std::optional<item_index>> find_item(std::string_view item_id) const override {
    return real_->find_item(item_id);
  }
  result<std::string> user_id(user_index user) const override { return real_->user_id(user); }
  result<std::string> item_id(item_index item) const override { return real_->item_id(item); }
  result<std::vector<std::string>> item_ids() const override { return real_->item_ids(); }
  std::vector<std::string> event_types() const override { return real_->event_types(); }

  result<user_history> history(user_index user) const override {
    FRESHET_TRY(may_fail());
    return real_->history(user);
  }
  result<std::vector<stored_event>> events(user_index user, std::size_t limit,
                                           std::optional<event_cursor> after) const override {
    return real_->events(user, limit, after);
  }
  status for_each_history(const std::function<bool(user_index, std::span<const interaction>)>& visit) const override {
    return real_->for_each_history(visit);
  }
  result<std::vector<consumed_position>> for_each_event(
      const std::function<bool(const interaction&)>& visit) const override {
    FRESHET_TRY(may_fail());
    return real_->for_each_event(visit);
  }
  result<std::optional<item>> find_metadata(item_index index) const override { return real_->find_metadata(index); }
  result<bool> is_deleted(item_index index) const override { return real_->is_deleted(index); }
  status for_each_item(const std::function<void(item_index, const item&)>& visit) const override {
    return real_->for_each_item(visit);
  }
  result<std::vector<item_index>> deleted_items() const override { return real_->deleted_items(); }
  result<store_counts> counts() const override { return real_->counts(); }
  result<std::vector<std::uint64_t>> item_event_counts() const override { return real_->item_event_counts(); }

  std::optional<log_offset> position(std::string_view source, partition_id partition) const override {
    return real_->position(source, partition);
  }
  result<std::optional<record_mark>> last_record(std::string_view source, partition_id partition) const override {
    FRESHET_TRY(may_fail());
    return real_->last_record(source, partition);
  }
  result<std::vector<consumed_position>> positions() const override { return real_->positions(); }
  result<std::vector<waiting_letter>> waiting_dead_letters(std::size_t limit) const override {
    return real_->waiting_dead_letters(limit);
  }
  status remove_dead_letters(std::span<const std::uint64_t> sequences) override {
    return real_->remove_dead_letters(sequences);
  }
  std::filesystem::path path() const override { return real_->path(); }
  status recover() override { return real_->recover(); }

 private:
  bool goes_wrong() const {
    const bool wrong = dice_.uniform() < share_;
    failures_ += wrong ? 1 : 0;
    return wrong;
  }
  void may_throw(const char* when) const {
    if (goes_wrong()) throw std::runtime_error(std::string("the simulated store throws ") + when);
  }
  status may_fail() const {
    if (!goes_wrong()) return success{};
    switch (dice_.below(3)) {
      case 0:
        return error{error_code::exhausted, "the simulated disk is full"};
      case 1:
        return error{error_code::io_failure, "the simulated disk cannot be used"};
      default:
        throw std::runtime_error("the simulated store throws");
    }
  }

  std::unique_ptr<event_store> real_;
  mutable random_source dice_;
  double share_ = 0;
  mutable std::uint64_t failures_ = 0;
};

}  // namespace freshet::testing
