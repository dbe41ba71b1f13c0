#include "tools/freshet/ingest_target.hpp"

#include <boost/json.hpp>

#include "io/events/event_codec.hpp"
#include "io/files/item_json.hpp"
#include "io/http/client.hpp"

namespace freshet::tools {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class store_target final : public ingest_target {
 public:
  explicit store_target(std::unique_ptr<event_store> store) : store_(std::move(store)) {}

  result<rows_taken> put_events(const ingest_batch& batch) override {
    FRESHET_ASSIGN(const auto outcome, store_->apply(batch, true));
    return rows_taken{
        .applied = outcome.applied, .duplicates = outcome.duplicates, .dropped = outcome.dropped, .refused = {}};
  }
  result<rows_taken> put_items(std::span<const item> items) override {
    FRESHET_TRY(store_->put_items(items));
    return rows_taken{.applied = items.size(), .refused = {}};
  }
  status finish() override { return store_->sync(); }
  result<std::optional<store_counts>> counts() const override {
    FRESHET_ASSIGN(const auto held, store_->counts());
    return std::optional(held);
  }
  bool is_service() const override { return false; }

 private:
  std::unique_ptr<event_store> store_;
};

/// Rows as NDJSON over HTTP, a few MiB a request, one request at a time.
class service_target final : public ingest_target {
 public:
  service_target(std::unique_ptr<http::client> client, stop_condition& stop)
      : client_(std::move(client)), stop_(stop) {}

  result<rows_taken> put_events(const ingest_batch& batch) override {
    return put("/v1/events?wait=visible", batch.events.size(),
               [&](std::size_t index) { return encode(batch.events[index].value); });
  }
  result<rows_taken> put_items(std::span<const item> items) override {
    return put("/v1/items", items.size(), [&](std::size_t index) { return encode_item_json(items[index]); });
  }
  status finish() override { return success{}; }
  result<std::optional<store_counts>> counts() const override { return std::optional<store_counts>(); }
  bool is_service() const override { return true; }

 private:
  static constexpr std::size_t body_bytes_max = 5 << 20;
  static constexpr int attempts_max = 60;

  template <class Encode>
  result<rows_taken> put(const std::string& target, std::size_t rows, Encode encode_row) {
    rows_taken all;
    std::string body;
    std::size_t first = 0;
    for (std::size_t index = 0; index < rows; ++index) {
      const std::string line = encode_row(index) + "\n";
      if (!body.empty() && body.size() + line.size() > body_bytes_max) {
        FRESHET_TRY(post(target, std::exchange(body, {}), first, index, all));
        first = index;
      }
      body += line;
    }
    if (!body.empty()) FRESHET_TRY(post(target, std::move(body), first, rows, all));
    return all;
  }

  /// Rows [first, last). A busy service is asked again: the rows' ids make repetition harmless.
  status post(const std::string& target, const std::string& body, std::size_t first, std::size_t last,
              rows_taken& all) {
    for (int attempt = 1;; ++attempt) {
      FRESHET_ASSIGN(const auto answer,
                     client_->send(http::method::post, target, {{"content-type", "application/x-ndjson"}}, body));
      if (answer.status == 200 || answer.status == 202) return add(answer.body, first, last, all);
      const bool is_busy = answer.status == 503 || answer.status == 429;
      if (!is_busy || attempt == attempts_max) {
        return error{
            is_busy ? error_code::unavailable : error_code::io_failure,
            "the running service answered " + std::to_string(answer.status) + " to " + target + ": " + answer.body};
      }
      if (stop_.is_made()) return error{error_code::cancelled, "stopped while the running service was busy"};
      stop_.wait(1s);
    }
  }

  static status add(const std::string& body, std::size_t first, std::size_t last, rows_taken& all) {
    const error not_understood{error_code::corrupted, "the running service's answer is not understood: " + body};
    json::error_code failure;
    const auto document = json::parse(body, failure);
    const auto* answer = failure ? nullptr : document.if_object();
    const auto* accepted = answer == nullptr ? nullptr : answer->if_contains("accepted");
    if (accepted == nullptr || !accepted->is_int64()) return not_understood;
    all.applied += static_cast<std::uint64_t>(accepted->get_int64());

    const auto* duplicates = answer->if_contains("duplicates");
    if (duplicates != nullptr && !duplicates->is_int64()) {
      all.duplicates.reset();
    } else if (duplicates != nullptr && all.duplicates) {
      *all.duplicates += static_cast<std::uint64_t>(duplicates->get_int64());
    }
    const auto* refused = answer->if_contains("rejected");
    if (refused == nullptr || !refused->is_array()) return success{};
    for (const auto& each : refused->get_array()) {
      const auto* row = each.if_object();
      const auto* index = row == nullptr ? nullptr : row->if_contains("index");
      if (index == nullptr || !index->is_int64()) return not_understood;
      const auto place = first + static_cast<std::size_t>(index->get_int64());
      if (index->get_int64() < 0 || place >= last) return not_understood;
      const auto* reason = row->if_contains("reason");
      all.refused.push_back({place, reason == nullptr ? "refused" : reason_text(*reason)});
    }
    return success{};
  }
  static std::string reason_text(const json::value& reason) {
    return reason.is_string() ? std::string(reason.get_string()) : json::serialize(reason);
  }

  std::unique_ptr<http::client> client_;
  stop_condition& stop_;
};

}  // namespace

result<std::unique_ptr<ingest_target>> open_ingest_target(const std::filesystem::path& db, const store_options& options,
                                                          stop_condition& stop) {
  std::error_code failure;
  if (db.has_parent_path()) std::filesystem::create_directories(db.parent_path(), failure);
  if (failure) {
    return error{error_code::io_failure, "cannot create " + db.parent_path().string() + ": " + failure.message()};
  }
  auto store = event_store::open(db, options);
  if (store) return std::unique_ptr<ingest_target>(new store_target(std::move(*store)));
  const auto socket = std::filesystem::absolute(db) / "owner.sock";
  const bool has_service = store.failure().code == error_code::conflict && std::filesystem::exists(socket, failure);
  if (!has_service) return std::move(store).failure();
  return connect_ingest_target("unix:" + socket.string(), stop);
}

result<std::unique_ptr<ingest_target>> connect_ingest_target(const std::string& address, stop_condition& stop) {
  FRESHET_ASSIGN(auto client, http::client::connect(address, 60s));
  return std::unique_ptr<ingest_target>(new service_target(std::move(client), stop));
}

}  // namespace freshet::tools
