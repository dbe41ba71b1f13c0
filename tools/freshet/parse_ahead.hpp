// What:    the rows of a file in batches, parsed in a thread of its own while the batch before is stored.
// Limits:  8 batches of about 2,000 rows or 2 MiB wait; then the parser does.
// Threads: `next` from one. A parser that waits for a silent standard input when the owner leaves is left behind; it
//          shares what it uses and ends with the process.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "io/files/event_reader.hpp"
#include "tools/freshet/stop_request.hpp"

namespace freshet::tools {

template <class Row>
struct row_batch {
  std::vector<Row> rows;
  std::vector<bad_row> bad;
  /// Of the file, up to here.
  std::uint64_t bytes_read{};
  std::uint64_t bytes_total{};
};

template <class Row>
class parse_ahead {
 public:
  explicit parse_ahead(std::unique_ptr<row_reader<Row>> rows) : shared_(std::make_shared<shared>()) {
    shared_->rows = std::move(rows);
    thread_ = std::thread([mine = shared_] { mine->parse(); });
  }
  ~parse_ahead() {
    if (shared_->leave()) {
      thread_.join();
    } else {
      thread_.detach();
    }
  }
  parse_ahead(const parse_ahead&) = delete;
  parse_ahead& operator=(const parse_ahead&) = delete;

  /// The next batch; nothing at the end of the file and when a stop was requested.
  result<std::optional<row_batch<Row>>> next(stop_condition& stop) { return shared_->take(stop); }

 private:
  struct shared {
    static constexpr std::size_t rows_max = 2'000;
    static constexpr std::size_t bytes_max = 2 << 20;
    static constexpr std::size_t batches_max = 8;

    void parse() {
      for (bool has_more = true; has_more;) {
        row_batch<Row> batch;
        has_more = fill(batch);
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return waiting.size() < batches_max || is_left; });
        if (is_left) break;
        waiting.push_back(std::move(batch));
        changed.notify_all();
      }
      const std::lock_guard lock(mutex);
      is_parsed = true;
      changed.notify_all();
    }

    /// False at the end of the file or of what can be read of it.
    bool fill(row_batch<Row>& batch) {
      bool has_more = true;
      for (std::size_t bytes = 0; has_more && batch.rows.size() + batch.bad.size() < rows_max && bytes < bytes_max;) {
        auto row = rows->next();
        has_more = row.ok() && row->has_value();
        if (!row) {
          const std::lock_guard lock(mutex);
          failure = std::move(row).failure();
        } else if (has_more) {
          bytes += take_row(std::move(**row), batch);
        }
      }
      batch.bytes_read = rows->bytes_read();
      batch.bytes_total = rows->bytes_total();
      return has_more;
    }

    /// The bytes that can make a row large.
    static std::size_t take_row(typename row_reader<Row>::row row, row_batch<Row>& batch) {
      if (auto* bad = std::get_if<bad_row>(&row)) {
        batch.bad.push_back(std::move(*bad));
        return batch.bad.back().bytes.size();
      }
      batch.rows.push_back(std::get<Row>(std::move(row)));
      return large_part(batch.rows.back());
    }
    static std::size_t large_part(const event& row) { return row.properties.size(); }
    static std::size_t large_part(const item& row) {
      std::size_t bytes = row.description ? row.description->size() : 0;
      for (const auto& [name, value] : row.attributes) {
        if (const auto* text = std::get_if<std::string>(&value)) bytes += text->size();
      }
      return bytes;
    }

    result<std::optional<row_batch<Row>>> take(stop_condition& stop) {
      std::unique_lock lock(mutex);
      while (waiting.empty() && !is_parsed) {
        if (stop.is_made()) break;
        changed.wait_for(lock, std::chrono::milliseconds(100));
      }
      std::optional<row_batch<Row>> batch;
      if (stop.is_made()) return batch;
      if (waiting.empty() && failure) return *failure;
      if (waiting.empty()) return batch;
      batch.emplace(std::move(waiting.front()));
      waiting.pop_front();
      changed.notify_all();
      return batch;
    }

    /// Whether the parser has ended, or does so soon.
    bool leave() {
      std::unique_lock lock(mutex);
      is_left = true;
      changed.notify_all();
      return changed.wait_for(lock, std::chrono::seconds(1), [&] { return is_parsed; });
    }

    std::unique_ptr<row_reader<Row>> rows;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<row_batch<Row>> waiting;
    std::optional<error> failure;
    bool is_left = false;
    bool is_parsed = false;
  };

  std::shared_ptr<shared> shared_;
  std::thread thread_;
};

}  // namespace freshet::tools
