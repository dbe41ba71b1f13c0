// What:    what keeps the service from being ready, check by check, for /readyz; and what it can do without for now:
//          when events cannot be taken in, answers go on, and whoever sends requests should too.
// Threads: every member from any thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace freshet {

class health {
 public:
  struct check {
    std::string name;
    bool ok = false;
    std::string message;
    /// Whether the service is not ready without it.
    bool needed{};
  };

  void pass(const std::string& name, const std::string& message = "ok") { set({name, true, message, true}); }
  void fail(const std::string& name, const std::string& why) { set({name, false, why, true}); }
  /// As fail, but the service stays ready.
  void degrade(const std::string& name, const std::string& why) { set({name, false, why, false}); }

  /// What nobody reports, because whoever would waits for it: looked at whenever the checks are asked for. Nothing
  /// where all is well. Before the first request.
  void look_at(std::function<std::optional<check>()> trouble) { trouble_ = std::move(trouble); }

  /// In alphabetical order of the names; what was looked at last.
  std::vector<check> checks() const {
    std::vector<check> all;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [name, each] : checks_) all.push_back(each);
    }
    if (auto found = trouble_ ? trouble_() : std::nullopt) all.push_back(*std::move(found));
    return all;
  }
  bool ready() const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, each] : checks_) {
      if (!each.ok && each.needed) return false;
    }
    return !draining_;
  }
  /// From now on never ready: the service is leaving.
  void drain() { draining_ = true; }
  bool draining() const { return draining_; }

 private:
  void set(check value) {
    const std::lock_guard lock(mutex_);
    checks_[value.name] = std::move(value);
  }

  mutable std::mutex mutex_;
  std::map<std::string, check> checks_;
  std::function<std::optional<check>()> trouble_;
  std::atomic<bool> draining_{false};
};

}  // namespace freshet
