#include "io/events/kafka_obstacle.hpp"

#include <simdjson.h>

#include <set>

#include "core/base/strong_id.hpp"

namespace freshet {
namespace {

std::string named(const std::vector<std::int32_t>& partitions) {
  std::string text = partitions.size() == 1 ? "partition " : "partitions ";
  for (const auto each : partitions) {
    if (each != partitions.front()) text += ", ";
    text += std::to_string(each);
  }
  return text;
}

/// Node ids of the brokers that are connected.
std::set<std::int64_t> connected(simdjson::dom::element statistics) {
  std::set<std::int64_t> nodes;
  simdjson::dom::object brokers;
  if (statistics["brokers"].get(brokers) != simdjson::SUCCESS) return nodes;
  for (const auto& [name, broker] : brokers) {
    std::string_view state;
    std::int64_t node = -1;
    if (broker["state"].get(state) != simdjson::SUCCESS || broker["nodeid"].get(node) != simdjson::SUCCESS) continue;
    if (state == "UP" || state == "UPDATE") nodes.insert(node);
  }
  return nodes;
}

}  // namespace

std::optional<std::string> obstacle_of(std::string_view statistics, const kafka_options& options,
                                       const std::vector<partition_id>& assigned) {
  simdjson::dom::parser parser;
  simdjson::dom::element all;
  if (parser.parse(statistics).get(all) != simdjson::SUCCESS) return std::nullopt;
  const auto nodes = connected(all);
  if (nodes.empty()) return "no broker of " + options.brokers + " can be reached";

  std::vector<std::int32_t> leaderless;
  std::vector<std::int32_t> out_of_reach;
  for (const auto partition : assigned) {
    const auto number = to_integer(partition);
    std::int64_t leader = -1;
    // A partition that the statistics leave out is not known yet.
    if (all["topics"][options.topic]["partitions"][std::to_string(number)]["leader"].get(leader) != simdjson::SUCCESS) {
      continue;
    }
    if (leader < 0) {
      leaderless.push_back(number);
    } else if (!nodes.contains(leader)) {
      out_of_reach.push_back(number);
    }
  }
  std::string text;
  if (!leaderless.empty()) text = named(leaderless) + " of " + options.topic + " cannot be read: no broker leads there";
  if (!out_of_reach.empty()) {
    text += (text.empty() ? "" : "; ") + named(out_of_reach) + " of " + options.topic +
            " cannot be read: the broker that leads there cannot be reached";
  }
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace freshet
