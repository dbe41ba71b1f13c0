#include "actors/task_list.hpp"

namespace freshet {

std::string task_list::add(http::task task) {
  const std::lock_guard lock(mutex_);
  // With the time in it, an id of an earlier process names no task of this one.
  task.id = task.kind + "-" + std::to_string(task.created_at) + "-" + std::to_string(++given_out_);
  tasks_.push_back(std::move(task));
  if (tasks_.size() > tasks_max) tasks_.pop_front();
  return tasks_.back().id;
}

std::optional<http::task> task_list::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& each : tasks_) {
    if (each.id == id) return each;
  }
  return std::nullopt;
}

std::vector<http::task> task_list::all() const {
  const std::lock_guard lock(mutex_);
  return {tasks_.rbegin(), tasks_.rend()};
}

void task_list::abandon(const std::string& kind, const std::string& why, unix_seconds now) {
  const std::lock_guard lock(mutex_);
  for (auto& each : tasks_) {
    if (each.kind != kind || each.state != http::task_state::running) continue;
    each.state = http::task_state::failed;
    each.reason = why;
    each.finished_at = now;
  }
}

}  // namespace freshet
