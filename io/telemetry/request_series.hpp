// What:    finds the counters of (method, route, status) without a lock.
// Why:     every request passes here; the label maps of the metrics library cost a lock and several allocations.
// How:     an open-addressed table whose slots are filled once and never emptied; readers see a slot either empty or
//          complete. Writers, which come once for each combination, take turns.
// Limits:  512 combinations; `find` yields nothing for the others once the table is full.
// Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace freshet {

/// `Series` is what is kept for a combination; it lives as long as the table.
template <class Series>
class request_series {
 public:
  using factory = std::function<Series(std::string_view method, std::string_view route, unsigned status)>;

  explicit request_series(factory make) : make_(std::move(make)) {}

  const Series* find(std::string_view method, std::string_view route, unsigned status) {
    const std::size_t start = hash(method, route, status);
    for (std::size_t step = 0; step < slots; ++step) {
      std::atomic<entry*>& slot = slots_[(start + step) % slots];
      entry* there = slot.load(std::memory_order_acquire);
      if (there == nullptr) there = fill(slot, method, route, status);
      if (there == nullptr) return nullptr;
      if (there->is(method, route, status)) return &there->series;
    }
    return nullptr;
  }

  ~request_series() {
    for (auto& slot : slots_) delete slot.load();
  }
  request_series(const request_series&) = delete;
  request_series& operator=(const request_series&) = delete;

 private:
  static constexpr std::size_t slots = 1024;
  static constexpr std::size_t entries_max = 512;

  struct entry {
    std::string method;
    std::string route;
    unsigned status{};
    Series series;

    bool is(std::string_view other_method, std::string_view other_route, unsigned other_status) const {
      return status == other_status && route == other_route && method == other_method;
    }
  };

  static std::size_t hash(std::string_view method, std::string_view route, unsigned status) {
    const std::hash<std::string_view> of;
    return of(route) * 31 + of(method) * 17 + status;
  }

  /// The entry that is in the slot now, which may be another's: they came first.
  entry* fill(std::atomic<entry*>& slot, std::string_view method, std::string_view route, unsigned status) {
    const std::lock_guard lock(mutex_);
    if (entry* there = slot.load(std::memory_order_acquire)) return there;
    if (entries_ == entries_max) return nullptr;
    auto made =
        std::make_unique<entry>(entry{std::string(method), std::string(route), status, make_(method, route, status)});
    ++entries_;
    slot.store(made.get(), std::memory_order_release);
    return made.release();
  }

  const factory make_;
  std::array<std::atomic<entry*>, slots> slots_{};
  std::mutex mutex_;
  std::size_t entries_ = 0;
};

}  // namespace freshet
