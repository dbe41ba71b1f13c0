#include "tools/freshet/service_reading.hpp"

#include <chrono>
#include <cstdlib>

#include "io/http/client.hpp"

namespace freshet::tools {
namespace {

constexpr std::chrono::seconds timeout{10};

class reader {
 public:
  reader(http::client& service, const std::string& url, const std::string& api_key) : service_(&service), url_(&url) {
    if (!api_key.empty()) headers_.emplace_back("Authorization", "Bearer " + api_key);
  }

  result<http::response> get(const std::string& target) {
    FRESHET_ASSIGN(auto answer, service_->send(http::method::get, target, headers_));
    if (answer.status == 401 || answer.status == 403) {
      return error{error_code::invalid_argument, *url_ + " wants an API key with the scope read; give --api-key"};
    }
    return answer;
  }

  result<boost::json::value> document(const std::string& target) {
    FRESHET_ASSIGN(const auto answer, get(target));
    boost::json::error_code failed;
    auto body = boost::json::parse(answer.body, failed);
    if (answer.status != 200 || failed || !body.is_object()) {
      return error{error_code::unsupported, *url_ + target + " answers " + std::to_string(answer.status) +
                                                "; is it Freshet that listens there?"};
    }
    return body;
  }

 private:
  http::client* service_;
  const std::string* url_;
  http::field_list headers_;
};

}  // namespace

metric_samples::metric_samples(std::string_view exposition) {
  while (!exposition.empty()) {
    const auto end = exposition.find('\n');
    const auto line = exposition.substr(0, end);
    exposition.remove_prefix(end == std::string_view::npos ? exposition.size() : end + 1);
    if (line.empty() || line.front() == '#') continue;
    // Labels may hold spaces, a value does not.
    const auto space = line.rfind(' ');
    if (space == std::string_view::npos) continue;
    const auto series = line.substr(0, space);
    const auto brace = series.find('{');
    const auto labels = brace == std::string_view::npos ? std::string_view() : series.substr(brace);
    samples_.emplace(series.substr(0, brace),
                     sample{std::string(labels), std::strtod(std::string(line.substr(space + 1)).c_str(), nullptr)});
  }
}

double metric_samples::sum(std::string_view name) const {
  double total = 0;
  const auto [first, last] = samples_.equal_range(name);
  for (auto each = first; each != last; ++each) total += each->second.value;
  return total;
}

metric_samples::labelled metric_samples::largest(std::string_view name, std::string_view label) const {
  labelled best;
  const std::string opening = std::string(label) + "=\"";
  const auto [first, last] = samples_.equal_range(name);
  for (auto each = first; each != last; ++each) {
    const auto& [labels, value] = each->second;
    const auto at = labels.find(opening);
    if (value <= best.value || at == std::string::npos) continue;
    const auto from = at + opening.size();
    best = {labels.substr(from, labels.find('"', from) - from), value};
  }
  return best;
}

result<service_reading> read_service(const std::string& url, const std::string& api_key) {
  FRESHET_ASSIGN(const auto service, http::client::connect(url, timeout));
  reader from(*service, url, api_key);
  service_reading read;
  FRESHET_ASSIGN(read.stats, from.document("/stats"));
  FRESHET_ASSIGN(read.cache_stats, from.document("/cache_stats"));
  if (!read.stats.at("model_id").is_null()) {
    FRESHET_ASSIGN(read.model_info, from.document("/model_info"));
  }
  FRESHET_ASSIGN(const auto exposition, from.get("/metrics?format=prometheus"));
  read.metrics = metric_samples(exposition.body);
  return read;
}

double number_at(const boost::json::value& document, std::string_view path) {
  const boost::json::value* at = &document;
  while (at != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const auto* members = at->if_object();
    at = members == nullptr ? nullptr : members->if_contains(path.substr(0, dot));
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  }
  return at != nullptr && at->is_number() ? at->to_number<double>() : 0;
}

}  // namespace freshet::tools
