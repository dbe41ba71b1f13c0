// What: the outcomes of a load test as figures: percentiles, shares within bounds, statuses, and how it went over time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/latency_histogram.hpp"
#include "core/base/result.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/http/load_generator.hpp"
#include "tools/freshet/plot.hpp"

namespace freshet::tools {

/// What is written beside the figures, so that a report says what was measured.
struct load_description {
  std::string address;
  std::string mix;
  std::size_t connections{};
  /// Requests a second; 0 = as fast as they are answered.
  double rate{};
};

class load_report {
 public:
  void record(const http::load_outcome& one);
  void finish(const http::load_summary& summary) { summary_ = summary; }

  std::uint64_t count() const { return latency_.count(); }
  /// No answer, or a status of 400 and above.
  std::uint64_t errors() const;
  double rate() const;
  const latency_histogram& latency() const { return latency_; }

  /// Half and 99 % of each second of the run, for a plot.
  plot to_plot(const std::string& title) const;

  /// For people.
  std::string to_table(const std::string& what) const;
  /// {requests, errors, rate, unsent, latency_ms{...}, share_within{...}, statuses{...}, kinds{<name>: {requests,
  /// errors, latency_ms}}, seconds[{...}]}
  json_tree to_json() const;

 private:
  /// One second of the run.
  struct second {
    latency_histogram latency;
    std::uint64_t errors = 0;
  };

  struct figures_of_kind {
    latency_histogram latency;
    std::uint64_t errors = 0;
  };

  latency_histogram latency_;
  std::map<std::uint32_t, figures_of_kind> kinds_;
  std::map<unsigned, std::uint64_t> statuses_;
  std::vector<second> seconds_;
  http::load_summary summary_;
};

/// {"load": {...}, "recommendations": {...}, "events": {...} or null}; `events` may be null.
[[nodiscard]] std::string to_json(const load_description& load, const load_report& recommendations,
                                  const load_report* events);

}  // namespace freshet::tools
