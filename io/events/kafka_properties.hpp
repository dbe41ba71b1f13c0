// What:   the librdkafka properties of a consumer, a producer or an administrator: ours first, then what the
//         configuration passes through under kafka.properties (TLS, SASL, tuning).
// Why:    a few of them are what the promises rest on (start at the stored offset, nothing lost, the partition of a
//         key); those cannot be changed from outside. Each of ours stands in kafka_properties.cpp with its reason.
// Errors: invalid_argument for a property that is ours alone, naming it and what to set instead. Whether a name is
//         known at all is librdkafka's to say (kafka_client.hpp).
#pragma once

#include <map>
#include <string>

#include "config/options.hpp"
#include "core/base/result.hpp"

namespace freshet {

enum class kafka_role { consumer, producer, administrator };

using kafka_property_map = std::map<std::string, std::string>;

[[nodiscard]] result<kafka_property_map> kafka_properties(const kafka_options& options, kafka_role role);

}  // namespace freshet
