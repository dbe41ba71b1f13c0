#include "tools/freshet/paced_sender.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

namespace freshet::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::uint64_t records_under_way_max = 50'000;
constexpr std::uint64_t bytes_under_way_max = 64 << 20;
constexpr milliseconds room_check_interval{1};
/// How long a signal may go unnoticed.
constexpr milliseconds stop_check_interval{100};

}  // namespace

struct paced_sender::reports {
  std::atomic<std::uint64_t> delivered = 0;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<std::uint64_t> bytes_done = 0;
  std::atomic<bool> has_failed = false;
  std::mutex mutex;
  std::optional<error> first_failure;

  void add(const result<event_sink::position>& where, std::size_t bytes) {
    if (where) {
      ++delivered;
    } else {
      const std::lock_guard lock(mutex);
      if (!first_failure) first_failure = where.failure();
      has_failed = true;
    }
    bytes_done += bytes;
    ++done;
  }
  status outcome() {
    const std::lock_guard lock(mutex);
    if (first_failure) return *first_failure;
    return success{};
  }
};

paced_sender::paced_sender(event_sink& sink, double rate)
    : sink_(sink), rate_(rate), reports_(std::make_shared<reports>()) {}
paced_sender::~paced_sender() = default;

std::uint64_t paced_sender::delivered() const {
  return reports_->delivered;
}

/// When the next record may go. Time lost to a slow sink is made up for.
steady_clock::time_point paced_sender::due() const {
  if (rate_ == 0) return start_;
  return start_ + std::chrono::duration_cast<steady_clock::duration>(
                      std::chrono::duration<double>(static_cast<double>(sent_) / rate_));
}

bool paced_sender::has_room() const {
  return sent_ - reports_->done < records_under_way_max && bytes_sent_ - reports_->bytes_done < bytes_under_way_max;
}

result<bool> paced_sender::send(std::string key, std::string value, stop_request& stop) {
  const auto when = due();
  for (;;) {
    if (reports_->has_failed) return reports_->outcome().failure();
    const auto now = steady_clock::now();
    if (now >= when && has_room()) break;
    if (stop.is_made()) return false;
    std::this_thread::sleep_for(now < when ? std::min<steady_clock::duration>(when - now, stop_check_interval)
                                           : room_check_interval);
  }
  ++sent_;
  const std::size_t bytes = key.size() + value.size();
  bytes_sent_ += bytes;
  sink_.append(std::move(key), std::move(value),
               [reports = reports_, bytes](const result<event_sink::position>& where) { reports->add(where, bytes); });
  return true;
}

status paced_sender::finish(stop_request& stop) {
  while (!sink_.flush(stop_check_interval)) (void)stop.is_made();
  return reports_->outcome();
}

}  // namespace freshet::tools
