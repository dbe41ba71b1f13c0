// What:    names numbered from 0, both ways, in memory: the items of the catalogue, the event types.
// Threads: one writer appends, any thread reads. The bytes behind a returned view stay for the table's life.
// Cost:    a lookup is one hash and one uncontended lock; about 80 bytes and the name itself per entry.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.hpp"
#include "io/store/name_hash.hpp"

namespace freshet {

class name_table {
 public:
  /// Gives `name` the next number; it must be new.
  void append(std::string name) {
    const std::unique_lock guard(mutex_);
    names_.push_back(std::move(name));
    const bool added = numbers_.emplace(names_.back(), static_cast<std::uint32_t>(names_.size() - 1)).second;
    FRESHET_CHECK(added, "a name has one number");
  }

  std::optional<std::uint32_t> find(std::string_view name) const {
    const std::shared_lock guard(mutex_);
    const auto at = numbers_.find(name);
    if (at == numbers_.end()) return std::nullopt;
    return at->second;
  }

  std::optional<std::string_view> name(std::uint32_t number) const {
    const std::shared_lock guard(mutex_);
    if (number >= names_.size()) return std::nullopt;
    return names_[number];
  }

  std::uint32_t size() const {
    const std::shared_lock guard(mutex_);
    return static_cast<std::uint32_t>(names_.size());
  }

  std::vector<std::string> all() const {
    const std::shared_lock guard(mutex_);
    return {names_.begin(), names_.end()};
  }

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::string> names_;  // a deque moves nothing when it grows
  name_map<std::string_view, std::uint32_t> numbers_;
};

}  // namespace freshet
