#include "tools/freshet/evaluation_output.hpp"

#include <cstdio>

#include "core/base/text.hpp"
#include "io/artifacts/json_tree.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/csv_writer.hpp"

namespace freshet::tools {
namespace {

std::string decimal(double value, int places) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", places, value);
  return text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// "0.4535 +- 0.0126": half the interval.
std::string with_interval(const measured_metric& metric) {
  std::string text = decimal(metric.value, 4);
  if (metric.likely) text += " +- " + decimal((metric.likely->high - metric.likely->low) / 2, 4);
  return text;
}

json_tree metrics_json(const evaluated_model& measured) {
  auto metrics = json_tree::of_object();
  for (const auto& each : measured.metrics) metrics.set(each.name, json_tree::of_number(each.value));
  return metrics;
}

json_tree interval_json(const interval& likely) {
  auto pair = json_tree::of_array();
  pair.append(json_tree::of_number(likely.low));
  pair.append(json_tree::of_number(likely.high));
  return pair;
}

json_tree intervals_json(const evaluated_model& measured) {
  auto intervals = json_tree::of_object();
  for (const auto& each : measured.metrics) {
    if (each.likely) intervals.set(each.name, interval_json(*each.likely));
  }
  return intervals;
}

json_tree compared_json(const evaluation_run& run) {
  auto all = json_tree::of_array();
  for (const auto& each : run.compared) {
    auto one = json_tree::of_object();
    one.set("model", json_tree::of_text(run.models[each.model].name));
    one.set("with", json_tree::of_text(run.models[each.with].name));
    one.set("metric", json_tree::of_text(each.metric));
    one.set("difference", json_tree::of_number(each.difference.mean));
    one.set("interval", interval_json(each.difference.likely));
    one.set("p", json_tree::of_number(each.difference.p));
    all.append(std::move(one));
  }
  return all;
}

std::string compared_lines(const evaluation_run& run) {
  std::string lines;
  for (const auto& each : run.compared) {
    if (!each.metric.starts_with("ndcg")) continue;
    lines += run.models[each.model].name + " less " + run.models[each.with].name + ", " + each.metric + ": " +
             decimal(each.difference.mean, 4) + " (" + decimal(each.difference.likely.low, 4) + " .. " +
             decimal(each.difference.likely.high, 4) + "), p = " + decimal(each.difference.p, 4) + "\n";
  }
  return lines;
}

std::string replayed_lines(const evaluation_run& run) {
  std::string lines;
  for (const auto& each : run.replayed) {
    lines += each.name + ": freshness is worth " + decimal(each.fresh - each.stale, 4) + " of " + each.metric + " (" +
             decimal(each.fresh, 4) + " with what the user did after the split, " + decimal(each.stale, 4) +
             " without)\n";
  }
  return lines;
}

json_tree curve_json(const std::vector<replay_point>& curve) {
  auto points = json_tree::of_array();
  for (const auto& each : curve) {
    auto point = json_tree::of_object();
    point.set("at", json_tree::of_number(static_cast<double>(each.at)));
    point.set("cases", json_tree::of_integer(each.cases));
    point.set("fresh", json_tree::of_number(each.fresh));
    point.set("stale", json_tree::of_number(each.stale));
    points.append(std::move(point));
  }
  return points;
}

json_tree replayed_json(const evaluation_run& run) {
  auto all = json_tree::of_array();
  for (const auto& each : run.replayed) {
    auto one = json_tree::of_object();
    one.set("model", json_tree::of_text(each.name));
    one.set("metric", json_tree::of_text(each.metric));
    one.set("fresh", json_tree::of_number(each.fresh));
    one.set("stale", json_tree::of_number(each.stale));
    one.set("value_of_freshness", json_tree::of_number(each.fresh - each.stale));
    one.set("by_time", curve_json(each.curves.by_time));
    one.set("by_new_events", curve_json(each.curves.by_new_events));
    all.append(std::move(one));
  }
  return all;
}

void append_curve(std::string& text, const replayed_model& of, std::string_view by,
                  const std::vector<replay_point>& curve) {
  for (const auto& each : curve) {
    append_csv_record(
        text, std::vector<std::string>{of.name, std::string(by), std::to_string(each.at), std::to_string(each.cases),
                                       decimal(each.fresh, 6), decimal(each.stale, 6)});
  }
}

}  // namespace

std::string to_table(const evaluation_run& run) {
  constexpr std::size_t name_width = 14, width = 20;
  std::string table = run.protocol + ": " + std::to_string(run.cases) + " cases, " + std::to_string(run.items) +
                      " items\n" + padded("", name_width);
  for (const auto& each : run.models) table += padded(each.name, width);
  table += '\n';
  const std::size_t rows = run.models.empty() ? 0 : run.models.front().metrics.size();
  for (std::size_t i = 0; i < rows; ++i) {
    table += padded(run.models.front().metrics[i].name, name_width);
    for (const auto& each : run.models) table += padded(with_interval(each.metrics[i]), width);
    table += '\n';
  }
  return table + compared_lines(run) + replayed_lines(run);
}

result<std::string> to_json(const evaluation_run& run) {
  auto models = json_tree::of_array();
  for (const auto& each : run.models) {
    auto of_model = json_tree::of_object();
    of_model.set("model", json_tree::of_text(each.name));
    FRESHET_ASSIGN(auto params, parse_json(each.params));
    of_model.set("params", std::move(params));
    of_model.set("training_seconds", json_tree::of_number(each.training_seconds));
    of_model.set("metrics", metrics_json(each));
    of_model.set("intervals", intervals_json(each));
    models.append(std::move(of_model));
  }
  auto document = json_tree::of_object();
  document.set("protocol", json_tree::of_text(run.protocol));
  document.set("seed", json_tree::of_integer(run.seed));
  document.set("data_hash", json_tree::of_text(run.data_hash));
  document.set("idcg", json_tree::of_text(run.ideal == ideal_gain::full ? "full" : "truncated"));
  if (run.split_time) document.set("split_time", json_tree::of_text(to_rfc3339(*run.split_time)));
  document.set("cases", json_tree::of_integer(run.cases));
  document.set("items", json_tree::of_integer(run.items));
  document.set("models", std::move(models));
  document.set("compared", compared_json(run));
  if (!run.replayed.empty()) document.set("replay", replayed_json(run));
  return document.pretty();
}

std::string to_csv(const evaluation_run& run) {
  std::string text = "model,metric,value,low,high\n";
  for (const auto& each : run.models) {
    for (const auto& metric : each.metrics) {
      const auto& likely = metric.likely;
      append_csv_record(text, std::vector<std::string>{each.name, metric.name, decimal(metric.value, 6),
                                                       likely ? decimal(likely->low, 6) : "",
                                                       likely ? decimal(likely->high, 6) : ""});
    }
  }
  return text;
}

std::string curves_csv(const evaluation_run& run) {
  std::string text = "model,by,at,cases,fresh,stale\n";
  for (const auto& each : run.replayed) {
    append_curve(text, each, "time", each.curves.by_time);
    append_curve(text, each, "new_events", each.curves.by_new_events);
  }
  return text;
}

plot replay_plot(const evaluation_run& run) {
  plot drawn{.title = "What it is worth to know the latest events",
             .x_label = "days since the split",
             .y_label = run.replayed.empty() ? "" : run.replayed.front().metric};
  for (const auto& each : run.replayed) {
    plot::series fresh{.name = each.name + ", told of them", .is_line = true};
    plot::series stale{.name = each.name + ", not told", .is_line = true};
    for (const auto& point : each.curves.by_time) {
      const double days = static_cast<double>(point.at - run.split_time.value_or(0)) / 86'400;
      fresh.values.emplace_back(days, point.fresh);
      stale.values.emplace_back(days, point.stale);
    }
    drawn.shown.push_back(std::move(fresh));
    drawn.shown.push_back(std::move(stale));
  }
  return drawn;
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
