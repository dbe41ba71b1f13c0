// What:   whether a topic is there, and creating it, through the admin protocol.
// Why:    brokers should not create topics by accident (a misspelt name would be one), so nothing here relies on it.
// Errors: invalid_argument for a name or number the broker refuses, unavailable when no broker answers in time.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct topic_settings {
  std::string name;
  std::int32_t partitions = 4;
  /// The broker's own default when -1.
  std::int32_t replication_factor = -1;
  /// Topic properties such as retention.ms.
  std::map<std::string, std::string> properties;
};

/// Partitions of the topic, or nothing when it does not exist.
[[nodiscard]] result<std::optional<std::int32_t>> find_topic(const kafka_options& options, const std::string& name,
                                                             std::shared_ptr<log> log,
                                                             std::chrono::milliseconds timeout);

/// Creates the topic when it is missing and waits until every partition has a leader; one that exists is left as it is.
[[nodiscard]] status ensure_topic(const kafka_options& options, const topic_settings& settings,
                                  std::shared_ptr<log> log, std::chrono::milliseconds timeout);

/// "topic shop.events does not exist at localhost:9092; create it, for example with: tools/kafka topic shop.events 4"
[[nodiscard]] error missing_topic(const kafka_options& options, std::string_view topic);

}  // namespace freshet
