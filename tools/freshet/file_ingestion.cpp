#include "tools/freshet/file_ingestion.hpp"

#include <unordered_map>

#include "io/events/event_codec.hpp"
#include "io/files/item_json.hpp"
#include "io/files/rejected_rows.hpp"
#include "tools/freshet/parse_ahead.hpp"

namespace freshet::tools {
namespace {

/// The rejected rows of one file, counted and written aside.
class rejections {
 public:
  rejections(const std::string& source, const std::filesystem::path& other_directory, ingestion_counts& counts)
      : written_(source, other_directory), counts_(counts) {}

  status add(const bad_row& bad) {
    ++counts_.rejected;
    ++counts_.reasons[std::string(bad.kind)];
    FRESHET_TRY(written_.add(bad.line, bad.reason, bad.bytes));
    if (!is_listed_) counts_.rejected_files.push_back(written_.path().string());
    is_listed_ = true;
    return success{};
  }
  status flush() { return written_.flush(); }

 private:
  rejected_rows written_;
  ingestion_counts& counts_;
  bool is_listed_ = false;
};

/// What the readers would have refused, had they known what the service knows. Its line is not known any more.
bad_row refused_by_service(const refused_row& refused, std::string row) {
  return bad_row{.line = 0, .reason = refused.reason, .bytes = std::move(row), .kind = "refused_by_service"};
}

void add_taken(const rows_taken& taken, ingestion_counts& counts) {
  counts.applied += taken.applied;
  counts.dropped += taken.dropped;
  counts.duplicates =
      counts.duplicates && taken.duplicates ? std::optional(*counts.duplicates + *taken.duplicates) : std::nullopt;
}

/// Calls `take` with every batch of the file; shows the progress. `is_unreadable`: why it failed.
template <class Row, class Take>
status for_each_batch(opened_file<Row> file, const char* unit, ingestion_counts& counts, rejections& rejected,
                      stop_condition& stop, bool& is_unreadable, Take take) {
  parse_ahead<Row> parser(std::move(file.rows));
  progress shown(unit);
  const std::uint64_t read_before = counts.read;
  for (;;) {
    auto next = parser.next(stop);
    is_unreadable = !next;
    FRESHET_ASSIGN(auto batch, std::move(next));
    if (!batch) return rejected.flush();
    counts.read += batch->rows.size() + batch->bad.size();
    for (const auto& bad : batch->bad) FRESHET_TRY(rejected.add(bad));
    if (!batch->rows.empty()) FRESHET_TRY(take(std::move(batch->rows)));
    shown.update({.count = counts.read - read_before, .part = batch->bytes_read, .whole = batch->bytes_total});
  }
}

/// Items whose rows repeat are put once: an items table may be an events table with titles.
class last_items {
 public:
  /// False: an item with this id waits and is replaced.
  bool add(item value) {
    const auto [place, is_new] = places_.try_emplace(value.item_id, items_.size());
    if (is_new) {
      items_.push_back(std::move(value));
    } else {
      items_[place->second] = std::move(value);
    }
    return is_new;
  }
  const std::vector<item>& items() const { return items_; }
  void clear() {
    items_.clear();
    places_.clear();
  }

 private:
  std::vector<item> items_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

status file_ingestion::add_events(opened_file<event> file) {
  rejections rejected(file.path, rejected_directory_, events_);
  ingest_batch batch;
  return for_each_batch(
      std::move(file), "events", events_, rejected, stop_, is_file_at_fault_, [&](std::vector<event> rows) -> status {
        batch.events.clear();
        for (auto& row : rows) {
          // As the ingestor identifies events that come through a log.
          std::string identity = "id:" + row.event_id;
          batch.events.push_back({.value = std::move(row), .identity = std::move(identity)});
        }
        FRESHET_ASSIGN(const auto taken, target_.put_events(batch));
        add_taken(taken, events_);
        for (const auto& refused : taken.refused) {
          FRESHET_TRY(rejected.add(refused_by_service(refused, encode(batch.events[refused.index].value))));
        }
        return success{};
      });
}

status file_ingestion::add_items(opened_file<item> file) {
  constexpr std::size_t items_at_once_max = 20'000;
  rejections rejected(file.path, rejected_directory_, items_);
  last_items waiting;
  const auto put = [&]() -> status {
    FRESHET_ASSIGN(const auto taken, target_.put_items(waiting.items()));
    add_taken(taken, items_);
    for (const auto& refused : taken.refused) {
      FRESHET_TRY(rejected.add(refused_by_service(refused, encode_item_json(waiting.items()[refused.index]))));
    }
    waiting.clear();
    return success{};
  };
  FRESHET_TRY(for_each_batch(std::move(file), "items", items_, rejected, stop_, is_file_at_fault_,
                             [&](std::vector<item> rows) -> status {
                               for (auto& row : rows) {
                                 if (!waiting.add(std::move(row))) ++*items_.duplicates;
                               }
                               return waiting.items().size() < items_at_once_max ? status(success{}) : put();
                             }));
  if (!waiting.items().empty()) FRESHET_TRY(put());
  return rejected.flush();
}

}  // namespace freshet::tools
