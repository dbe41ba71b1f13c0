#include "tools/freshet/interaction_data.hpp"

#include <cstdio>
#include <fstream>

#include "core/base/hash.hpp"
#include "tools/freshet/progress.hpp"

namespace freshet::tools {
namespace {

bool is_drawn(std::string_view user_id, const sample& drawn) {
  if (drawn.rate >= 1) return true;
  return static_cast<double>(hash64(user_id, drawn.seed) >> 11) * 0x1.0p-53 < drawn.rate;
}

/// MemAvailable of the machine; nothing where it is not known.
std::optional<std::uint64_t> available_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes{};
  std::string unit;
  while (file >> name >> kibibytes && std::getline(file, unit)) {
    if (name == "MemAvailable:") return kibibytes << 10;
  }
  return std::nullopt;
}

std::string mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes >> 20) + 1) + " MiB";
}

}  // namespace

result<model_rows> rows_of_events(const event_store& store) {
  return rows_behind_model(store, {});
}

result<model_rows> rows_behind_model(const event_store& store, const std::vector<std::string>& item_ids) {
  FRESHET_ASSIGN(const auto ids, store.item_ids());
  FRESHET_ASSIGN(const auto counts, store.item_event_counts());
  model_rows rows{.item_ids = item_ids};
  rows.row_of.resize(ids.size());
  for (std::size_t row = 0; row < item_ids.size(); ++row) {
    FRESHET_ASSIGN(const auto number, store.find_item(item_ids[row]));
    if (number && to_integer(*number) < ids.size())
      rows.row_of[to_integer(*number)] = item_row{static_cast<std::uint32_t>(row)};
  }
  for (std::size_t number = 0; number < std::min(ids.size(), counts.size()); ++number) {
    if (counts[number] == 0 || rows.row_of[number]) continue;
    rows.row_of[number] = item_row{static_cast<std::uint32_t>(rows.item_ids.size())};
    rows.item_ids.push_back(ids[number]);
  }
  return rows;
}

status for_each_user(const event_store& store, const sample& drawn,
                     const std::function<bool(const std::string&, std::span<const interaction>)>& visit) {
  FRESHET_ASSIGN(const auto counts, store.counts());
  progress shown("users read");
  std::uint64_t read = 0;
  bool stopped = false;
  std::optional<error> failure;
  FRESHET_TRY(store.for_each_history([&](user_index user, std::span<const interaction> history) {
    auto id = store.user_id(user);
    if (!id) {
      failure = std::move(id).failure();
      return false;
    }
    ++read;
    shown.update({.count = read, .part = read, .whole = counts.users});
    stopped = is_drawn(*id, drawn) && !visit(*id, history);
    return !stopped;
  }));
  if (failure) return *failure;
  if (stopped) return error{error_code::cancelled, "stopped while reading the events"};
  return success{};
}

status check_memory(std::uint64_t needed_bytes) {
  const auto available = available_bytes();
  if (!available || needed_bytes <= *available) return success{};
  return error{error_code::exhausted, "training needs " + mebibytes(needed_bytes) + " of memory and " +
                                          mebibytes(*available) +
                                          " are free; lower the number of factors, or train on a part of the users "
                                          "with --sample-rate"};
}

std::string to_hex(std::uint64_t value) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  return text;
}

}  // namespace freshet::tools
