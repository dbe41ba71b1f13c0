#include "core/evaluation/metric_name.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"

namespace freshet {

result<metric_name> parse_metric(std::string_view name) {
  const std::size_t at = name.find('@');
  const auto known = std::ranges::find(named_metrics, name.substr(0, at), &named_metric::name);
  std::size_t k = 0;
  if (at != std::string_view::npos) {
    const auto digits = name.substr(at + 1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), k);
    if (read.ptr != digits.data() + digits.size()) k = 0;
  }
  if (known == std::end(named_metrics) || k == 0 || k > 1'000) {
    return error{error_code::invalid_argument,
                 in_quotes(name) + " is no metric; take hr, recall, ndcg, mrr or map and a length, as in ndcg@10"};
  }
  return metric_name{known->value, k};
}

std::string to_string(const metric_name& metric) {
  const auto* known = std::ranges::find(named_metrics, metric.value, &named_metric::value);
  return std::string(known->name) + "@" + std::to_string(metric.k);
}

}  // namespace freshet
