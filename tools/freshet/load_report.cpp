#include "tools/freshet/load_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "tools/freshet/load_mix.hpp"

namespace freshet::tools {
namespace {

constexpr std::array<double, 6> shares{0.5, 0.9, 0.95, 0.99, 0.999, 0.9999};
constexpr std::array<const char*, 6> share_names{"p50", "p90", "p95", "p99", "p99.9", "p99.99"};
constexpr std::array<int, 3> bounds_ms{100, 200, 500};
/// A run of a day is shown to the second; what is later counts for the last one.
constexpr std::size_t seconds_max = 86'400;

double in_ms(std::chrono::nanoseconds latency) {
  return static_cast<double>(latency.count()) * 1e-6;
}

json_tree rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return json_tree::of_number(std::strtod(text, nullptr));
}

json_tree latency_json(const latency_histogram& of) {
  auto latency = json_tree::of_object();
  for (std::size_t i = 0; i < shares.size(); ++i) {
    latency.set(share_names[i], rounded(in_ms(of.quantile(shares[i]))));
  }
  latency.set("mean", rounded(in_ms(of.mean())));
  latency.set("max", rounded(in_ms(of.max())));
  return latency;
}

bool is_error(unsigned status) {
  return status == 0 || status >= 400;
}

}  // namespace

void load_report::record(const http::load_outcome& one) {
  latency_.record(one.latency);
  ++statuses_[one.status];
  auto& kind = kinds_[one.kind];
  kind.latency.record(one.latency);
  if (is_error(one.status)) ++kind.errors;
  const auto at = std::chrono::duration_cast<std::chrono::seconds>(one.at).count();
  const std::size_t place = std::min(static_cast<std::size_t>(at), seconds_max - 1);
  if (place >= seconds_.size()) seconds_.resize(place + 1);
  seconds_[place].latency.record(one.latency);
  if (is_error(one.status)) ++seconds_[place].errors;
}

std::uint64_t load_report::errors() const {
  std::uint64_t count = 0;
  for (const auto& [status, times] : statuses_) count += is_error(status) ? times : 0;
  return count;
}

double load_report::rate() const {
  const double seconds = std::chrono::duration<double>(summary_.elapsed).count();
  return seconds > 0 ? static_cast<double>(count()) / seconds : 0;
}

plot load_report::to_plot(const std::string& title) const {
  plot drawn{.title = title, .x_label = "second of the run", .y_label = "latency, ms", .shown = {}};
  const std::pair<const char*, double> shown[] = {{"p50", 0.5}, {"p99", 0.99}};
  for (const auto& [name, share] : shown) {
    plot::series line{.name = name, .values = {}, .is_line = true};
    for (std::size_t i = 0; i < seconds_.size(); ++i) {
      if (seconds_[i].latency.count() == 0) continue;
      line.values.emplace_back(static_cast<double>(i), in_ms(seconds_[i].latency.quantile(share)));
    }
    drawn.shown.push_back(std::move(line));
  }
  plot::series errors{.name = "errors", .values = {}, .is_line = false};
  for (std::size_t i = 0; i < seconds_.size(); ++i) {
    if (seconds_[i].errors > 0)
      errors.values.emplace_back(static_cast<double>(i), static_cast<double>(seconds_[i].errors));
  }
  drawn.shown.push_back(std::move(errors));
  return drawn;
}

std::string load_report::to_table(const std::string& what) const {
  char line[256];
  std::snprintf(line, sizeof line, "%s: %llu in %.1f s, %.0f/s, %llu errors\n", what.c_str(),
                static_cast<unsigned long long>(count()), std::chrono::duration<double>(summary_.elapsed).count(),
                rate(), static_cast<unsigned long long>(errors()));
  std::string table = line;
  table += "  latency";
  for (std::size_t i = 0; i < shares.size(); ++i) {
    std::snprintf(line, sizeof line, "  %s %.3g ms", share_names[i], in_ms(latency_.quantile(shares[i])));
    table += line;
  }
  std::snprintf(line, sizeof line, "  max %.3g ms\n  within ", in_ms(latency_.max()));
  table += line;
  for (const int bound : bounds_ms) {
    std::snprintf(line, sizeof line, " %d ms: %.3f %%", bound,
                  100 * latency_.share_within(std::chrono::milliseconds(bound)));
    table += line;
  }
  table += "\n  status ";
  for (const auto& [status, times] : statuses_) {
    std::snprintf(line, sizeof line, " %s: %llu", status == 0 ? "no answer" : std::to_string(status).c_str(),
                  static_cast<unsigned long long>(times));
    table += line;
  }
  for (const auto& [number, each] : kinds_) {
    if (kinds_.size() == 1) break;
    std::snprintf(line, sizeof line, "\n  %-10s %8llu, p50 %.3g ms, p99 %.3g ms, %llu errors",
                  std::string(load_kind_names.at(number)).c_str(),
                  static_cast<unsigned long long>(each.latency.count()), in_ms(each.latency.quantile(0.5)),
                  in_ms(each.latency.quantile(0.99)), static_cast<unsigned long long>(each.errors));
    table += line;
  }
  if (summary_.unsent > 0) {
    std::snprintf(line, sizeof line, "\n  %llu were due and not sent: more than the connections could carry",
                  static_cast<unsigned long long>(summary_.unsent));
    table += line;
  }
  return table + "\n";
}

json_tree load_report::to_json() const {
  auto kinds = json_tree::of_object();
  for (const auto& [number, each] : kinds_) {
    auto one = json_tree::of_object();
    one.set("requests", json_tree::of_integer(each.latency.count()));
    one.set("errors", json_tree::of_integer(each.errors));
    one.set("latency_ms", latency_json(each.latency));
    kinds.set(std::string(load_kind_names.at(number)), std::move(one));
  }
  auto within = json_tree::of_object();
  for (const int bound : bounds_ms) {
    within.set(std::to_string(bound) + "ms", rounded(latency_.share_within(std::chrono::milliseconds(bound))));
  }
  auto statuses = json_tree::of_object();
  for (const auto& [status, times] : statuses_) {
    statuses.set(status == 0 ? "none" : std::to_string(status), json_tree::of_integer(times));
  }
  auto timeline = json_tree::of_array();
  for (std::size_t i = 0; i < seconds_.size(); ++i) {
    auto one = json_tree::of_object();
    one.set("second", json_tree::of_integer(i));
    one.set("requests", json_tree::of_integer(seconds_[i].latency.count()));
    one.set("errors", json_tree::of_integer(seconds_[i].errors));
    one.set("p50_ms", rounded(in_ms(seconds_[i].latency.quantile(0.5))));
    one.set("p99_ms", rounded(in_ms(seconds_[i].latency.quantile(0.99))));
    timeline.append(std::move(one));
  }
  auto report = json_tree::of_object();
  report.set("requests", json_tree::of_integer(count()));
  report.set("errors", json_tree::of_integer(errors()));
  report.set("rate", rounded(rate()));
  report.set("unsent", json_tree::of_integer(summary_.unsent));
  report.set("latency_ms", latency_json(latency_));
  report.set("share_within", std::move(within));
  report.set("statuses", std::move(statuses));
  report.set("kinds", std::move(kinds));
  report.set("seconds", std::move(timeline));
  return report;
}

std::string to_json(const load_description& load, const load_report& recommendations, const load_report* events) {
  auto described = json_tree::of_object();
  described.set("address", json_tree::of_text(load.address));
  described.set("mix", json_tree::of_text(load.mix));
  described.set("connections", json_tree::of_integer(load.connections));
  described.set("rate", json_tree::of_number(load.rate));
  auto document = json_tree::of_object();
  document.set("load", std::move(described));
  document.set("recommendations", recommendations.to_json());
  document.set("events", events == nullptr ? json_tree() : events->to_json());
  return document.pretty();
}

}  // namespace freshet::tools
