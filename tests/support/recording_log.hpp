// What: a log that keeps its lines, for tests that ask whether something was said.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "io/telemetry/logging.hpp"

namespace freshet::testing {

class recording_log final : public log {
 public:
  void write(log_level, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(message);
  }
  void set_level(std::string_view) override {}

  bool said(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    for (const auto& line : lines_) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace freshet::testing
