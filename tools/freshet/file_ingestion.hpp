// What:   rows of opened files into an ingest target, counted: the work behind `freshet ingest`.
// Rules:  bad rows are counted by reason, written aside (rejected_rows.hpp) and passed by. Of item rows that repeat an
//         id the last wins. A stop request ends the work behind the batch in hand; what was taken stays.
// Errors: of reading a file to its end, of the target, of writing rejected rows; the counts up to there stand.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/files/event_reader.hpp"
#include "tools/freshet/ingest_target.hpp"
#include "tools/freshet/progress.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

struct ingestion_counts {
  std::uint64_t read = 0;
  std::uint64_t applied = 0;
  /// Events: seen before. Nothing when a service took them and does not know. Items: rows whose id came again.
  std::optional<std::uint64_t> duplicates = 0;
  /// Older than what is retained, or from before the erasure of their user; a service counts them as applied.
  std::uint64_t dropped = 0;
  std::uint64_t rejected = 0;
  /// Rejected, by reason.
  std::map<std::string, std::uint64_t> reasons;
  /// Where the rejected rows are.
  std::vector<std::string> rejected_files;
};

template <class Row>
struct opened_file {
  std::string path;
  std::unique_ptr<row_reader<Row>> rows;
};

class file_ingestion {
 public:
  /// `rejected_directory` takes what cannot be written beside a file, and the rejected rows of standard input.
  file_ingestion(ingest_target& target, std::filesystem::path rejected_directory, stop_condition& stop)
      : target_(target), rejected_directory_(std::move(rejected_directory)), stop_(stop) {}

  status add_events(opened_file<event> file);
  status add_items(opened_file<item> file);

  const ingestion_counts& events() const { return events_; }
  const ingestion_counts& items() const { return items_; }
  /// Whether it was the last file that could not be read, and not the target or the disk that failed.
  bool is_file_at_fault() const { return is_file_at_fault_; }

 private:
  ingest_target& target_;
  std::filesystem::path rejected_directory_;
  stop_condition& stop_;
  ingestion_counts events_;
  ingestion_counts items_;
  bool is_file_at_fault_ = false;
};

}  // namespace freshet::tools
