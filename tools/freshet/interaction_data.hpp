// What: the events of a database as training data: which item stands in which row, which users take part.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/options.hpp"
#include "core/base/result.hpp"
#include "core/data/training_data.hpp"
#include "io/store/event_store.hpp"

namespace freshet::tools {

struct model_rows {
  row_of_item row_of;
  /// By row.
  std::vector<std::string> item_ids;
};

/// A row for each item with an event, by the store's numbers.
[[nodiscard]] result<model_rows> rows_of_events(const event_store& store);
/// The rows of a model that exists, and behind them those of items with an event that it does not know.
[[nodiscard]] result<model_rows> rows_behind_model(const event_store& store, const std::vector<std::string>& item_ids);

struct sample {
  /// Share of the users.
  double rate = 1;
  std::uint64_t seed = 42;
};

/// Calls `visit` for every user in the sample; a user is in it or not by id and seed alone. `visit` returns false to
/// stop, which is the error `cancelled`. Shows a progress line.
[[nodiscard]] status for_each_user(
    const event_store& store, const sample& drawn,
    const std::function<bool(const std::string& user_id, std::span<const interaction> history)>& visit);

/// Refuses a training that needs more memory than the machine has left.
[[nodiscard]] status check_memory(std::uint64_t needed_bytes);

/// 16 hex digits.
[[nodiscard]] std::string to_hex(std::uint64_t value);

}  // namespace freshet::tools
