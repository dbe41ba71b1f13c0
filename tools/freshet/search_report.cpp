#include "tools/freshet/search_report.hpp"

#include <algorithm>
#include <cstdio>

#include "io/artifacts/parameters_json.hpp"
#include "io/artifacts/trial_file.hpp"
#include "io/files/atomic_file.hpp"
#include "io/files/csv_writer.hpp"
#include "tools/freshet/plot.hpp"

namespace freshet::tools {
namespace {

std::string digits(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string shown_value(const trial& each) {
  return each.state == trial_state::failed ? "-" : digits("%.5f", each.value);
}

std::string shown_parameter(const parameter& value) {
  const auto* number = std::get_if<double>(&value);
  return number == nullptr ? to_string(value) : digits("%.4g", *number);
}

std::vector<std::vector<std::string>> cells_of(const search_report& report) {
  std::vector<std::string> head{"", "trial", report.metric, "state", "seconds"};
  for (const auto& dimension : report.space) head.push_back(dimension.name);
  std::vector<std::vector<std::string>> cells{head};
  const trial* best = best_of(report.trials);
  for (const auto& each : report.trials) {
    std::vector<std::string> row{&each == best ? "*" : "", std::to_string(each.number), shown_value(each),
                                 std::string(to_string(each.state)), digits("%.2f", each.seconds)};
    for (const auto& dimension : report.space) row.push_back(shown_parameter(each.tried.at(dimension.name)));
    cells.push_back(std::move(row));
  }
  return cells;
}

plot to_plot(const search_report& report) {
  plot drawn{.title = "freshet optimize " + report.model, .x_label = "trial", .y_label = report.metric, .shown = {}};
  plot::series complete{.name = "complete", .values = {}};
  plot::series pruned{.name = "pruned", .values = {}};
  plot::series best{.name = "best so far", .values = {}, .is_line = true};
  for (const auto& each : report.trials) {
    const auto number = static_cast<double>(each.number);
    if (each.state == trial_state::pruned) pruned.values.emplace_back(number, each.value);
    if (each.state != trial_state::complete) continue;
    complete.values.emplace_back(number, each.value);
    best.values.emplace_back(number,
                             best.values.empty() ? each.value : std::max(each.value, best.values.back().second));
  }
  drawn.shown = {std::move(complete), std::move(pruned), std::move(best)};
  return drawn;
}

}  // namespace

std::string to_table(const search_report& report) {
  const auto cells = cells_of(report);
  std::vector<std::size_t> widths(cells.front().size());
  for (const auto& row : cells) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string table;
  for (const auto& row : cells) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      table += (c == 0 ? "" : "  ") + std::string(widths[c] - row[c].size(), ' ') + row[c];
    }
    table += '\n';
  }
  for (const auto& each : report.trials) {
    if (each.state == trial_state::failed) table += "trial " + std::to_string(each.number) + ": " + each.why + "\n";
  }
  return table;
}

std::string to_csv(const search_report& report) {
  std::vector<std::string> head{"trial", "state", report.metric, "seconds"};
  for (const auto& dimension : report.space) head.push_back(dimension.name);
  head.emplace_back("why");
  std::string csv;
  append_csv_record(csv, head);
  for (const auto& each : report.trials) {
    std::vector<std::string> row{std::to_string(each.number), std::string(to_string(each.state)),
                                 each.state == trial_state::failed ? "" : digits("%.10g", each.value),
                                 digits("%.3f", each.seconds)};
    for (const auto& dimension : report.space) row.push_back(to_string(each.tried.at(dimension.name)));
    row.push_back(each.why);
    append_csv_record(csv, row);
  }
  return csv;
}

status write_report(const search_report& report, const parameters& best, const std::filesystem::path& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  FRESHET_TRY(write_file_atomically(directory / "trials.csv", to_csv(report)));
  FRESHET_TRY(write_file_atomically(directory / "best_params.json", to_json(best)));
  const auto plotted = draw(to_plot(report), directory / "trials.svg");
  if (!plotted) std::fprintf(stderr, "freshet optimize: %s\n", plotted.failure().message.c_str());
  return success{};
}

}  // namespace freshet::tools
