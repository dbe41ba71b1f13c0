#include "tools/freshet/evaluation_output.hpp"

#include <boost/json.hpp>
#include <cstdio>

#include "io/files/atomic_file.hpp"
#include "io/files/csv_writer.hpp"

namespace freshet::tools {
namespace {

namespace json = boost::json;

using named_metrics = std::vector<std::pair<std::string, double>>;

/// "hr@10", "recall@10", ... in the order in which they are shown.
named_metrics metrics_of(const evaluation_report& report) {
  named_metrics metrics;
  for (const auto& at : report.by_length) {
    const std::string suffix = "@" + std::to_string(at.k);
    metrics.emplace_back("hr" + suffix, at.mean.hit_rate);
    metrics.emplace_back("recall" + suffix, at.mean.recall);
    metrics.emplace_back("ndcg" + suffix, at.mean.ndcg);
    metrics.emplace_back("mrr" + suffix, at.mean.mrr);
    metrics.emplace_back("map" + suffix, at.mean.map);
    metrics.emplace_back("coverage" + suffix, at.coverage);
  }
  return metrics;
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", value);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

std::string to_table(const evaluation_run& run) {
  constexpr std::size_t width = 14;
  std::string table = run.protocol + ": " + std::to_string(run.users) + " users, " + std::to_string(run.items) +
                      " items\n" + padded("", width);
  for (const auto& each : run.models) table += padded(each.name, width);
  table += '\n';
  const auto names = run.models.empty() ? named_metrics{} : metrics_of(run.models.front().report);
  for (std::size_t i = 0; i < names.size(); ++i) {
    table += padded(names[i].first, width);
    for (const auto& each : run.models) table += padded(rounded(metrics_of(each.report)[i].second), width);
    table += '\n';
  }
  return table;
}

std::string to_json(const evaluation_run& run) {
  json::array models;
  for (const auto& each : run.models) {
    json::object metrics;
    for (const auto& [name, value] : metrics_of(each.report)) metrics[name] = value;
    models.push_back({{"model", each.name}, {"params", json::parse(each.params)}, {"metrics", std::move(metrics)}});
  }
  const json::object document{{"protocol", run.protocol}, {"seed", run.seed},   {"data_hash", run.data_hash},
                              {"users", run.users},       {"items", run.items}, {"models", std::move(models)}};
  return json::serialize(document) + "\n";
}

std::string to_csv(const evaluation_run& run) {
  std::string text = "model,metric,value\n";
  for (const auto& each : run.models) {
    for (const auto& [name, value] : metrics_of(each.report)) {
      append_csv_record(text, std::vector<std::string>{each.name, name, rounded(value)});
    }
  }
  return text;
}

status write_evaluation(const std::filesystem::path& path, const evaluation_run& run) {
  if (path.extension() == ".json") return write_file_atomically(path, to_json(run));
  if (path.extension() == ".csv") return write_file_atomically(path, to_csv(run));
  return error{error_code::invalid_argument, path.string() + " ends neither in .json nor in .csv"};
}

}  // namespace freshet::tools
