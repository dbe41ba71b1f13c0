#include "tools/freshet/ctl_verify.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <memory>
#include <set>

#include "io/http/client.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/control_channel.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

struct verified {
  const char* name = "";
  bool passed = false;
  std::string seen;
};

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string in_words(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", number);
  return text;
}

class service_under_test {
 public:
  service_under_test(http::client& client, const std::string& api_key) : client_(client) {
    headers_ = {{"Content-Type", "application/json"}};
    if (!api_key.empty()) headers_.emplace_back("Authorization", "Bearer " + api_key);
  }
  result<json::object> get(const std::string& target) { return ask(http::method::get, target, ""); }
  result<json::object> post(const std::string& target, const std::string& body) {
    return ask(http::method::post, target, body);
  }

 private:
  result<json::object> ask(http::method verb, const std::string& target, const std::string& body) {
    FRESHET_ASSIGN(const auto answer, client_.send(verb, target, headers_, body));
    return body_of(answer);
  }
  http::client& client_;
  http::field_list headers_;
};

verified check_health(service_under_test& service) {
  const auto health = service.get("/health");
  return {"health", health.ok(), health ? text_of(health->at("status")) : health.failure().message};
}

verified check_model(service_under_test& service, std::string expected) {
  const auto info = service.get("/model_info");
  if (!info) return {"model", false, info.failure().message};
  if (expected.empty()) {
    const auto models = service.get("/v1/models");
    if (!models) return {"model", false, models.failure().message};
    const auto& current = models->at("current");
    if (!current.is_null()) expected = text_of(current);
  }
  const auto serving = text_of(info->at("model_id"));
  const bool is_it = expected.empty() || serving == expected;
  return {"model", is_it, serving + (is_it ? "" : ", expected " + expected)};
}

verified check_caches(service_under_test& service) {
  const auto caches = service.get("/cache_stats");
  if (!caches) return {"caches", false, caches.failure().message};
  const bool warm = caches->at("warmed_up").is_bool() && caches->at("warmed_up").get_bool();
  return {"caches", warm, warm ? "warm" : "not warm; `freshet ctl warmup`"};
}

/// Says what is wrong with an answer; empty = nothing.
std::string flaw_of(const json::object& answer) {
  const auto* list = answer.contains("recommendations") ? answer.at("recommendations").if_array() : nullptr;
  if (list == nullptr || list->empty()) return "no recommendations";
  std::set<std::string> items;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto& each = list->at(i).as_object();
    if (!items.insert(text_of(each.at("product_id"))).second) return "an item twice";
    if (each.at("rank").to_number<double>() != static_cast<double>(i + 1)) return "ranks that do not ascend";
    if (!each.at("score").is_number()) return "an item without a score";
  }
  return {};
}

verified check_answers(service_under_test& service, const verify_flags& flags) {
  const auto users = flags.users.empty() ? std::vector<std::string>{"verify-1", "verify-2", "verify-3"} : flags.users;
  for (int i = 0; i < flags.samples; ++i) {
    const auto& user = users[static_cast<std::size_t>(i) % users.size()];
    const auto answer = service.post("/recommend", json::serialize(json::object{{"user_id", user}, {"topk", 10}}));
    const std::string flaw = answer ? flaw_of(*answer) : answer.failure().message;
    if (!flaw.empty()) return {"answers", false, "user " + user + ": " + flaw};
  }
  return {"answers", true, std::to_string(flags.samples) + " valid"};
}

std::vector<verified> check_figures(service_under_test& service, const targets_options& targets) {
  const auto stats = service.get("/stats");
  if (!stats) return {{"latency", false, stats.failure().message}, {"errors", false, stats.failure().message}};
  const double p99 =
      stats->at("latency_ms").at("p99").is_null() ? 0 : stats->at("latency_ms").at("p99").to_number<double>();
  const double errors = stats->at("recent").at("error_rate").to_number<double>();
  return {{"latency", p99 <= static_cast<double>(targets.p99.count()),
           "p99 " + in_words(p99) + " ms of " + std::to_string(targets.p99.count())},
          {"errors", errors <= targets.error_rate,
           in_words(errors * 100) + " % of " + in_words(targets.error_rate * 100) + " %"}};
}

}  // namespace

int run_verify(const std::string& url, const std::string& api_key, std::chrono::milliseconds timeout,
               const targets_options& targets, const verify_flags& flags, bool as_json) {
  const auto client = http::client::connect(url, timeout);
  if (!client) return fail("ctl verify", client.failure());
  service_under_test service(**client, api_key);
  std::vector<verified> all{check_health(service), check_model(service, flags.model_id), check_caches(service),
                            check_answers(service, flags)};
  for (auto& each : check_figures(service, targets)) all.push_back(std::move(each));
  bool passed = true;
  json::array listed;
  for (const auto& each : all) {
    passed = passed && each.passed;
    if (as_json) {
      listed.push_back(json::object{{"check", each.name}, {"passed", each.passed}, {"seen", each.seen}});
    } else {
      std::printf("%-8s %-4s %s\n", each.name, each.passed ? "ok" : "FAIL", each.seen.c_str());
    }
  }
  if (as_json) {
    std::printf("%s\n", json::serialize(json::object{{"passed", passed}, {"checks", std::move(listed)}}).c_str());
  }
  return passed ? exit_ok : exit_failed;
}

}  // namespace freshet::tools
