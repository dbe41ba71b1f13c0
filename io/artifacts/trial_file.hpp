// What:   the trials of a search in a file, appended one by one.
// Format: NDJSON. Line 1 says what is searched: {"search": {"model": "als", "metric": "ndcg@20", "seed": 42, "data":
//         "9f..."}}; then a line a trial: {"trial": 0, "state": "complete|pruned|failed", "value": 0.31,
//         "seconds": 2.5, "parameters": {...}, "curve": [[1, 0.2], [2, 0.3]], "why": "..."}.
// Safe:   a trial is synced to disk before `append` returns. A last line without its end, which a crash leaves behind,
//         is cut off when the file is opened.
// Errors: conflict for a file of another search, naming what differs, and for one that another process appends to;
//         corrupted naming the line; io_failure.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/evaluation/search/trial.hpp"
#include "io/files/file_descriptor.hpp"

namespace freshet {

/// Trials of different searches are not comparable.
struct search_identity {
  std::string model;
  std::string metric;
  std::uint64_t seed{};
  /// Hash of the data, and of the parameters that every trial has.
  std::string data;

  friend bool operator==(const search_identity&, const search_identity&) = default;
};

class trial_file final : public trial_store {
 public:
  /// Creates it, or reads the trials it holds.
  static result<std::unique_ptr<trial_file>> open(const std::filesystem::path& path, const search_identity& identity);

  const std::vector<trial>& trials() const override { return trials_; }
  status append(trial finished) override;

 private:
  trial_file(std::filesystem::path path, file_descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  status read(const search_identity& identity);
  status write_line(const std::string& line);

  std::filesystem::path path_;
  file_descriptor file_;
  std::vector<trial> trials_;
};

/// The words of the states, in their order.
[[nodiscard]] std::string_view to_string(trial_state state);

}  // namespace freshet
