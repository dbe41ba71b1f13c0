#include "actors/visibility.hpp"

#include <algorithm>

namespace freshet {
namespace {

/// Duplicates are only looked up by requests that still wait, so a few thousand back are enough.
constexpr std::size_t remembered_duplicates_max = 100'000;

}  // namespace

visibility::visibility(std::size_t credits, std::function<void(const applied_batch&)> on_visible)
    : credits_(credits), on_visible_(std::move(on_visible)) {}

visibility::share visibility::open(applied_batch batch) {
  const std::lock_guard lock(mutex_);
  const auto partition = batch.partition;
  const auto sequence = next_sequence_++;
  partitions_[partition].under_way.push_back({sequence, std::move(batch)});
  ++under_way_;
  // The share holds no bytes; its deleter is the message that nobody works on the batch any more.
  static const char token = 0;
  return {&token, [self = shared_from_this(), partition, sequence](const void*) { self->finish(partition, sequence); }};
}

void visibility::finish(partition_id partition, std::uint64_t sequence) {
  std::vector<applied_batch> visible;
  std::vector<served_waiter> served;
  {
    const std::lock_guard lock(mutex_);
    auto& state = partitions_[partition];
    const auto mine = std::find_if(state.under_way.begin(), state.under_way.end(),
                                   [&](const open_batch& each) { return each.sequence == sequence; });
    mine->finished = true;
    while (!state.under_way.empty() && state.under_way.front().finished) {
      auto& batch = state.under_way.front().batch;
      if (!state.under_way.front().outdated) {
        state.next_offset = std::max(state.next_offset, batch.next_offset);
        state.duplicates.insert(batch.duplicates.begin(), batch.duplicates.end());
      }
      visible.push_back(std::move(batch));
      state.under_way.pop_front();
      --under_way_;
    }
    while (state.duplicates.size() > remembered_duplicates_max) state.duplicates.erase(state.duplicates.begin());
    served = take_served(state);
  }
  credit_returned_.notify_one();
  for (const auto& batch : visible) on_visible_(batch);
  for (const auto& [done, duplicates] : served) done(duplicates);
}

std::vector<visibility::served_waiter> visibility::take_served(progress& state) {
  std::vector<served_waiter> served;
  std::erase_if(state.waiting, [&](waiter& each) {
    if (each.last >= state.next_offset) return false;
    served.emplace_back(std::move(each.done), count_duplicates(state, each.offsets));
    return true;
  });
  return served;
}

bool visibility::wait_for_credit(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return credit_returned_.wait_for(lock, timeout, [&] { return under_way_ < credits_; });
}

std::size_t visibility::batches_under_way() const {
  const std::lock_guard lock(mutex_);
  return under_way_;
}

void visibility::when_visible(partition_id partition, std::vector<log_offset> offsets,
                              std::function<void(std::size_t)> done) {
  std::size_t duplicates = 0;
  {
    const std::lock_guard lock(mutex_);
    auto& state = partitions_[partition];
    const auto last = *std::max_element(offsets.begin(), offsets.end());
    if (last >= state.next_offset) {
      state.waiting.push_back({last, std::move(offsets), std::move(done)});
      return;
    }
    duplicates = count_duplicates(state, offsets);
  }
  done(duplicates);
}

void visibility::start_at(partition_id partition, log_offset next_offset) {
  std::vector<served_waiter> served;
  {
    const std::lock_guard lock(mutex_);
    auto& state = partitions_[partition];
    // Batches may be under way: of the ingestor that died, or of this one where the group was dealt out anew.
    const auto last = std::find_if(state.under_way.rbegin(), state.under_way.rend(),
                                   [](const open_batch& each) { return !each.outdated; });
    auto& reached = last == state.under_way.rend() ? state.next_offset : last->batch.next_offset;
    reached = std::max(reached, next_offset);
    served = take_served(state);
  }
  for (const auto& [done, duplicates] : served) done(duplicates);
}

void visibility::restart_at(partition_id partition, log_offset next_offset) {
  std::vector<served_waiter> served;
  {
    const std::lock_guard lock(mutex_);
    auto& state = partitions_[partition];
    state.next_offset = next_offset;
    state.duplicates.clear();
    for (auto& each : state.under_way) each.outdated = true;
    served = take_served(state);
  }
  for (const auto& [done, duplicates] : served) done(duplicates);
}

std::size_t visibility::count_duplicates(const progress& of, const std::vector<log_offset>& offsets) {
  return static_cast<std::size_t>(
      std::count_if(offsets.begin(), offsets.end(), [&](log_offset each) { return of.duplicates.contains(each); }));
}

}  // namespace freshet
