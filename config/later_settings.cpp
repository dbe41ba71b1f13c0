#include "config/later_settings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace freshet {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> old_names{{
    {"WORKER_INTERVAL", "worker.interval_seconds"},
    {"THREADS", "worker.threads"},
}};

}  // namespace

const std::vector<std::string>& later_settings() {
  static const std::vector<std::string> all{
      "paths.processed", "worker.interval_seconds", "worker.batch_size",
      "worker.threads",  "worker.incremental_dir",  "worker.incremental_keep_days",
  };
  return all;
}

bool is_later_setting(std::string_view key) {
  const auto& all = later_settings();
  return std::any_of(all.begin(), all.end(), [key](const std::string& known) {
    return known.ends_with('.') ? key.starts_with(known) : key == known;
  });
}

std::optional<std::string> later_setting_of_environment(std::string_view name) {
  for (const auto& [old_name, key] : old_names) {
    if (name == old_name) return std::string(key);
  }
  return std::nullopt;
}

bool is_later_file(std::string_view file_name) {
  return file_name == "als_config.yaml" || file_name == "alerts_config.yaml";
}

}  // namespace freshet
