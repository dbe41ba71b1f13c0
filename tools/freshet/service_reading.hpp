// What:   what a running service says of itself: /stats, /cache_stats, /model_info and the Prometheus exposition.
// Errors: the client's; unsupported when what answers is not this service; the sentence of a refusal.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace freshet::tools {

/// Samples of a Prometheus exposition (text format 0.0.4).
class metric_samples {
 public:
  explicit metric_samples(std::string_view exposition);

  /// Sum over all series of that name; 0 when there is none.
  double sum(std::string_view name) const;
  /// The largest series of that name and the value of its label; 0 and "" when there is none.
  struct labelled {
    std::string label;
    double value = 0;
  };
  labelled largest(std::string_view name, std::string_view label) const;

 private:
  struct sample {
    std::string labels;
    double value;
  };
  std::multimap<std::string, sample, std::less<>> samples_;
};

struct service_reading {
  boost::json::value stats;
  boost::json::value cache_stats;
  /// Null before a model exists.
  boost::json::value model_info;
  metric_samples metrics{""};
};

/// `api_key` may be empty.
[[nodiscard]] result<service_reading> read_service(const std::string& url, const std::string& api_key);

/// A number of a document by its path, "latency_ms.p99"; 0 when there is none.
[[nodiscard]] double number_at(const boost::json::value& document, std::string_view path);

}  // namespace freshet::tools
