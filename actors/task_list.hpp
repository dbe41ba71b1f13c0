// What:    what the service was asked to do that takes its time: trainings and backups, running and past, for GET
//          /v1/tasks.
// Limits:  the `tasks_max` latest; older ones are forgotten. Gone with the process.
// Threads: every member from any thread.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "io/http/training_api.hpp"

namespace freshet {

class task_list {
 public:
  static constexpr std::size_t tasks_max = 50;

  /// Gives it an id.
  std::string add(http::task task);
  /// Of an id that was given out and not forgotten; else nothing happens.
  template <class Change>
  void change(const std::string& id, Change apply) {
    const std::lock_guard lock(mutex_);
    for (auto& each : tasks_) {
      if (each.id == id) apply(each);
    }
  }
  std::optional<http::task> find(const std::string& id) const;
  /// The newest first.
  std::vector<http::task> all() const;
  /// Those of a kind that run have lost whoever ran them.
  void abandon(const std::string& kind, const std::string& why, unix_seconds now);

 private:
  mutable std::mutex mutex_;
  std::deque<http::task> tasks_;
  std::uint64_t given_out_ = 0;
};

}  // namespace freshet
