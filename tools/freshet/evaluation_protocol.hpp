// What: what a protocol makes of a database or of given files: data to train on, and cases to ask.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "core/evaluation/cases.hpp"
#include "core/evaluation/replay.hpp"
#include "tools/freshet/stop_request.hpp"
#include "tools/freshet/training_dataset.hpp"

namespace freshet::tools {

struct protocol_flags {
  std::string name = "temporal-loo";
  std::string train;
  std::string test;
  std::string candidates;
  std::string prefixes;
  /// files: the order of the rows means nothing.
  bool unordered = false;
  /// ratio: of each user's items; temporal-global without a time: of all events.
  double test_share = 0.2;
  /// temporal-global: events from here on are held out; empty = by share.
  std::string split_time;
  /// temporal-global: feed what was held out event by event.
  bool replay = false;
  /// ratio: what is drawn.
  std::uint64_t seed = 42;
  side_data_flags side;
  /// files, sessions: metadata of the items, which are features then.
  std::string items;
};

struct protocol_data {
  /// By row.
  std::vector<std::string> item_ids;
  /// By the users of the cases; empty where they are no users of the data: sessions are numbered.
  std::vector<std::string> user_ids;
  std::shared_ptr<const training_data> train;
  evaluation_cases cases;
  /// Of a replay: the same cases told without what happened after the split, and by case how much that is.
  std::optional<evaluation_cases> stale;
  std::vector<std::uint32_t> new_events;
  /// temporal-global: where the data was cut.
  std::optional<unix_seconds> split_time;
};

/// --protocol and what belongs to each.
void add_protocol_flags(CLI::App& command, protocol_flags& protocol);

/// Protocols that read files instead of the database.
[[nodiscard]] bool reads_files(const std::string& protocol);
/// All, for the help.
[[nodiscard]] std::vector<std::string> protocol_names();

/// `model_items` are the rows of a model that exists; other items have rows behind them.
[[nodiscard]] result<protocol_data> read_protocol(const options& settings, const protocol_flags& flags,
                                                  const std::optional<std::vector<std::string>>& model_items,
                                                  stop_request& stop);

/// The protocols `files` and `sessions`.
[[nodiscard]] result<protocol_data> read_protocol_files(const protocol_flags& flags,
                                                        const std::optional<std::vector<std::string>>& model_items);

}  // namespace freshet::tools
