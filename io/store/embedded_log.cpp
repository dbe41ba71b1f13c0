#include "io/store/embedded_log.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "io/events/data_loss.hpp"
#include "io/events/wake_signal.hpp"
#include "io/store/append_queue.hpp"
#include "io/store/log_storage.hpp"
#include "io/store/murmur2.hpp"
#include "io/store/rocks_store.hpp"

namespace freshet {
namespace {

using steady = std::chrono::steady_clock;

std::int64_t unix_milliseconds() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class rocks_log final : public embedded_log {
 public:
  rocks_log(rocks_store& store, const embedded_log_options& options)
      : store_(store), options_(options), storage_(store.files()), queue_(options.queued_records_max) {}
  ~rocks_log() override;

  /// Finds what is there and starts the writer.
  status start();

  std::string name() const override { return std::string(source_name); }
  status open(position_lookup positions) override;
  result<record_batch> poll(std::size_t records_max, std::chrono::milliseconds timeout) override;
  void wake() override { arrivals_.interrupt(); }
  std::vector<partition_state> state() const override;
  std::vector<data_loss> losses() const override;
  std::optional<std::string> obstacle() const override;
  /// The store's position is what counts.
  void commit_hint(partition_id, log_offset) override {}
  void close(std::chrono::milliseconds) override { arrivals_.interrupt(); }

  void append(std::string key, std::string value, delivered done) override;
  status flush(std::chrono::milliseconds deadline) override;

 private:
  struct reading {
    log_offset position{};
    bool halted = false;
  };

  // --- reading
  status assign();
  status assign(partition_id partition);
  result<record_batch> take_turn(std::size_t records_max);

  // --- the writer thread
  void write_until_stopped();
  void write(std::vector<append_queue::entry>& entries);
  void trim_when_due();

  rocks_store& store_;
  const embedded_log_options options_;
  log_storage storage_;
  append_queue queue_;
  wake_signal arrivals_;
  std::atomic<std::uint32_t> next_without_key_ = 0;
  steady::time_point trimmed_at_{};

  position_lookup positions_;
  bool assigned_ = false;
  std::size_t next_turn_ = 0;
  /// Guards what follows against `state` and `losses` of other threads.
  mutable std::mutex mutex_;
  std::vector<reading> readings_;
  std::vector<data_loss> losses_;

  std::thread writer_;
};

rocks_log::~rocks_log() {
  queue_.stop();
  if (writer_.joinable()) writer_.join();
}

status rocks_log::start() {
  FRESHET_TRY(storage_.load(options_.partitions));
  readings_.resize(static_cast<std::size_t>(storage_.partitions()));
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    readings_[i].position = storage_.bounds(static_cast<partition_id>(i)).first;
  }
  writer_ = std::thread([this] { write_until_stopped(); });
  return success{};
}

// --- appending

void rocks_log::append(std::string key, std::string value, delivered done) {
  // Without a key there is no order to keep: turns spread the load.
  const auto partition =
      key.empty() ? static_cast<partition_id>(next_without_key_++ % static_cast<std::uint32_t>(options_.partitions))
                  : partition_of_key(key, options_.partitions);
  append_queue::entry entry{partition, std::move(key), std::move(value), std::move(done)};
  if (queue_.push(entry)) return;
  entry.done(error{error_code::exhausted, "the event log has " + std::to_string(options_.queued_records_max) +
                                              " records waiting to be written; send more slowly"});
}

status rocks_log::flush(std::chrono::milliseconds deadline) {
  if (queue_.wait_until_empty(deadline)) return success{};
  return error{error_code::unavailable,
               "the event log was not written within " + std::to_string(deadline.count()) + " ms"};
}

void rocks_log::write_until_stopped() {
  while (!queue_.is_done()) {
    auto entries = queue_.take(options_.records_per_sync_max, options_.trim_interval);
    if (!entries.empty()) write(entries);
    queue_.finished();
    trim_when_due();
  }
}

void rocks_log::write(std::vector<append_queue::entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.partition < b.partition; });
  std::vector<log_storage::group> groups;
  for (const auto& entry : entries) {
    if (groups.empty() || groups.back().partition != entry.partition) groups.push_back({entry.partition, {}});
    groups.back().records.push_back({entry.key, entry.value});
  }
  const auto offsets = storage_.append(groups, unix_milliseconds());
  if (offsets) arrivals_.arrived();

  auto entry = entries.begin();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t i = 0; i < groups[g].records.size(); ++i, ++entry) {
      if (offsets) {
        entry->done(position{entry->partition, (*offsets)[g] + static_cast<log_offset>(i)});
      } else {
        entry->done(offsets.failure());
      }
    }
  }
}

void rocks_log::trim_when_due() {
  const auto now = steady::now();
  if (now - trimmed_at_ < options_.trim_interval) return;
  trimmed_at_ = now;
  std::vector<log_storage::consumed> consumed;
  for (std::int32_t i = 0; i < storage_.partitions(); ++i) {
    const auto partition = static_cast<partition_id>(i);
    if (const auto next = store_.position(source_name, partition)) consumed.push_back({partition, *next});
  }
  // What stays for now is removed the next time.
  (void)storage_.trim(consumed);
}

// --- consuming

status rocks_log::open(position_lookup positions) {
  positions_ = std::move(positions);
  assigned_ = false;
  return success{};
}

/// Every partition is ours; the first poll says where each begins.
status rocks_log::assign() {
  assigned_ = true;
  status outcome = success{};
  for (std::int32_t i = 0; i < storage_.partitions(); ++i) {
    auto one = assign(static_cast<partition_id>(i));
    if (!one) outcome = std::move(one);
  }
  return outcome;
}

status rocks_log::assign(partition_id partition) {
  const auto bounds = storage_.bounds(partition);
  const auto stored = positions_ ? positions_(partition) : std::nullopt;
  data_loss found;
  found.partition = partition;
  found.wanted = stored ? stored->next : bounds.first;
  found.available_first = bounds.first;
  found.available_next = bounds.next;
  const std::lock_guard guard(mutex_);
  auto& begin = readings_[static_cast<std::size_t>(to_integer(partition))];
  begin = {.position = found.wanted, .halted = false};
  if (holds(found)) return success{};

  decide(found, options_.on_data_loss, source_name);
  losses_.push_back(found);
  if (found.went_on_at) {
    begin.position = *found.went_on_at;
    return success{};
  }
  begin.halted = true;
  return error{error_code::out_of_range, found.sentence};
}

result<record_batch> rocks_log::take_turn(std::size_t records_max) {
  for (std::size_t tried = 0; tried < readings_.size(); ++tried) {
    const auto turn = next_turn_++ % readings_.size();
    const auto partition = static_cast<partition_id>(turn);
    // This thread alone writes readings.
    if (readings_[turn].halted || readings_[turn].position >= storage_.bounds(partition).next) continue;
    FRESHET_ASSIGN(auto batch, storage_.read(partition, readings_[turn].position, records_max));
    const std::lock_guard guard(mutex_);
    readings_[turn].position = batch.next_offset;
    return batch;
  }
  return record_batch{};
}

result<record_batch> rocks_log::poll(std::size_t records_max, std::chrono::milliseconds timeout) {
  if (!assigned_) FRESHET_TRY(assign());
  const auto deadline = steady::now() + timeout;
  for (;;) {
    arrivals_.expect();
    auto batch = take_turn(records_max);
    // Without records, but with an offset: what lay there was erased, and the caller goes on behind it.
    if (!batch || batch->next_offset >= 0) return batch;
    if (arrivals_.wait_until(deadline) != wake_signal::reason::arrived) return record_batch{};
  }
}

std::vector<partition_state> rocks_log::state() const {
  const std::lock_guard guard(mutex_);
  std::vector<partition_state> states;
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    const auto partition = static_cast<partition_id>(i);
    states.push_back({partition, readings_[i].position, storage_.bounds(partition).next});
  }
  return states;
}

std::vector<data_loss> rocks_log::losses() const {
  const std::lock_guard guard(mutex_);
  return losses_;
}

std::optional<std::string> rocks_log::obstacle() const {
  const std::lock_guard guard(mutex_);
  if (std::none_of(readings_.begin(), readings_.end(), [](const reading& each) { return each.halted; })) {
    return std::nullopt;
  }
  return losses_.back().sentence;
}

}  // namespace

result<std::unique_ptr<embedded_log>> embedded_log::open(event_store& store, const embedded_log_options& options) {
  auto* rocks = dynamic_cast<rocks_store*>(&store);
  FRESHET_CHECK(rocks != nullptr, "the embedded log lives in the files of a store that event_store::open gave");
  FRESHET_CHECK(options.partitions > 0 && options.records_per_sync_max > 0 && options.trim_interval.count() > 0);
  if (rocks->files().is_reader()) {
    return error{error_code::unsupported,
                 "the event log of " + store.path().string() + " cannot be written: the store was opened for reading"};
  }
  auto log = std::make_unique<rocks_log>(*rocks, options);
  FRESHET_TRY(log->start());
  return std::unique_ptr<embedded_log>(std::move(log));
}

}  // namespace freshet
