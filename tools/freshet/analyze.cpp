// `freshet analyze`: what to change on a running service, and why.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <memory>

#include "tools/freshet/analysis.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/service_url.hpp"

namespace freshet::tools {
namespace {

struct analyze_flags {
  std::string url;
  std::string api_key;
  bool as_json = false;
};

void print_table(const std::string& url, const std::vector<finding>& found) {
  std::printf("%s\n", url.c_str());
  for (const auto& each : found) {
    std::printf("%-7s %-22s %s\n", std::string(to_string(each.level)).c_str(), each.about.c_str(), each.seen.c_str());
    if (!each.remedy.empty()) std::printf("        -> %s\n", each.remedy.c_str());
  }
}

void print_json(const std::string& url, const std::vector<finding>& found, bool met) {
  boost::json::array findings;
  for (const auto& each : found) {
    findings.push_back({{"level", std::string(to_string(each.level))},
                        {"about", each.about},
                        {"seen", each.seen},
                        {"remedy", each.remedy.empty() ? boost::json::value() : boost::json::value(each.remedy)}});
  }
  const boost::json::value document{{"url", url}, {"targets_met", met}, {"findings", std::move(findings)}};
  std::printf("%s\n", boost::json::serialize(document).c_str());
}

int analyze(const invocation& call, const analyze_flags& flags) {
  const auto settings = load_options(call);
  if (!settings) return fail_configuration("analyze", settings.failure());
  const std::string url = flags.url.empty() ? service_url(settings->server) : flags.url;
  const auto service = read_service(url, flags.api_key);
  if (!service) return fail("analyze", service.failure());
  const auto found = analyse(*service, settings->targets);
  const bool met = std::ranges::none_of(found, [](const finding& each) { return each.level == finding_level::missed; });
  if (flags.as_json) {
    print_json(url, found, met);
  } else {
    print_table(url, found);
  }
  return met ? exit_ok : exit_failed;
}

}  // namespace

void add_analyze(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "analyze",
                              "Reads the figures of a running service and says what to change and why; exit code 1 "
                              "when a target (section targets of the configuration) is missed.",
                              "freshet analyze --url http://127.0.0.1:8000");
  auto flags = std::make_shared<analyze_flags>();
  command.add_option("--url", flags->url, "Address of the service; by default server.host and server.port");
  command.add_option("--api-key", flags->api_key, "A key with the scope read")->envname("FRESHET_API_KEY");
  command.add_flag("--json", flags->as_json, "Print JSON");
  command.callback([&call, flags] { call.run = [&call, flags] { return analyze(call, *flags); }; });
}

}  // namespace freshet::tools
