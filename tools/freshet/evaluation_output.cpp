#include "tools/freshet/evaluation_output.hpp"

#include <cstdio>

#include "core/base/text.hpp"
#include "core/evaluation/metric_name.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/csv_writer.hpp"

namespace freshet::tools {
namespace {

using metric_values = std::vector<std::pair<std::string, double>>;

/// "hr@10", "recall@10", ... in the order in which they are shown.
metric_values metrics_of(const evaluation_report& report) {
  metric_values metrics;
  for (const auto& at : report.by_length) {
    const std::string suffix = "@" + std::to_string(at.k);
    for (const auto& [name, value] : named_metrics) metrics.emplace_back(std::string(name) + suffix, at.mean.*value);
    metrics.emplace_back("coverage" + suffix, at.coverage);
  }
  return metrics;
}

std::string decimal(double value, int places) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

}  // namespace

std::string to_table(const evaluation_run& run) {
  constexpr std::size_t width = 14;
  std::string table = run.protocol + ": " + std::to_string(run.cases) + " cases, " + std::to_string(run.items) +
                      " items\n" + padded("", width);
  for (const auto& each : run.models) table += padded(each.name, width);
  table += '\n';
  const auto names = run.models.empty() ? metric_values{} : metrics_of(run.models.front().report);
  for (std::size_t i = 0; i < names.size(); ++i) {
    table += padded(names[i].first, width);
    for (const auto& each : run.models) table += padded(decimal(metrics_of(each.report)[i].second, 4), width);
    table += '\n';
  }
  return table;
}

result<std::string> to_json(const evaluation_run& run) {
  auto models = json_tree::of_array();
  for (const auto& each : run.models) {
    auto metrics = json_tree::of_object();
    for (const auto& [name, value] : metrics_of(each.report)) metrics.set(name, json_tree::of_number(value));
    auto of_model = json_tree::of_object();
    of_model.set("model", json_tree::of_text(each.name));
    FRESHET_ASSIGN(auto params, parse_json(each.params));
    of_model.set("params", std::move(params));
    of_model.set("metrics", std::move(metrics));
    models.append(std::move(of_model));
  }
  auto document = json_tree::of_object();
  document.set("protocol", json_tree::of_text(run.protocol));
  document.set("seed", json_tree::of_integer(run.seed));
  document.set("data_hash", json_tree::of_text(run.data_hash));
  document.set("cases", json_tree::of_integer(run.cases));
  document.set("items", json_tree::of_integer(run.items));
  document.set("models", std::move(models));
  return document.pretty();
}

std::string to_csv(const evaluation_run& run) {
  std::string text = "model,metric,value\n";
  for (const auto& each : run.models) {
    for (const auto& [name, value] : metrics_of(each.report)) {
      append_csv_record(text, std::vector<std::string>{each.name, name, decimal(value, 6)});
    }
  }
  return text;
}

status write_lists(const std::filesystem::path& path, const evaluation_report& report, const protocol_data& data) {
  std::string text;
  for (std::size_t i = 0; i < report.lists.size(); ++i) {
    const std::size_t user = to_integer(data.cases.cases[i].user);
    const std::string name = user < data.user_ids.size() ? data.user_ids[user] : std::to_string(i);
    for (std::size_t rank = 0; rank < report.lists[i].size(); ++rank) {
      const auto& listed = report.lists[i][rank];
      text += name + '\t' + std::to_string(rank + 1) + '\t' + data.item_ids[to_integer(listed.row)] + '\t';
      append_json_number(text, listed.score);
      text += '\n';
    }
  }
  return write_file_atomically(path, text);
}

status write_evaluation(const std::filesystem::path& path, const evaluation_run& run) {
  if (path.extension() == ".json") {
    FRESHET_ASSIGN(const std::string document, to_json(run));
    return write_file_atomically(path, document);
  }
  if (path.extension() == ".csv") return write_file_atomically(path, to_csv(run));
  return error{error_code::invalid_argument, path.string() + " ends neither in .json nor in .csv"};
}

}  // namespace freshet::tools
