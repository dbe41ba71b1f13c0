// What:   one metric at one length by name: "ndcg@10", "recall@20", "hr@10", "mrr@20", "map@10".
// Errors: invalid_argument naming what was given and the known names.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/evaluation/metrics.hpp"

namespace freshet {

struct metric_name {
  double ranking_metrics::*value = &ranking_metrics::ndcg;
  /// At most 1,000.
  std::size_t k = 10;

  friend bool operator==(const metric_name&, const metric_name&) = default;
};

[[nodiscard]] result<metric_name> parse_metric(std::string_view name);
[[nodiscard]] std::string to_string(const metric_name& metric);

struct named_metric {
  std::string_view name;
  double ranking_metrics::*value;
};
/// All, in the order in which they are shown.
inline constexpr named_metric named_metrics[] = {
    {"hr", &ranking_metrics::hit_rate}, {"recall", &ranking_metrics::recall}, {"ndcg", &ranking_metrics::ndcg},
    {"mrr", &ranking_metrics::mrr},     {"map", &ranking_metrics::map},
};

}  // namespace freshet
