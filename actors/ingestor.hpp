// What:    the actor through which every event passes on its way into the store.
// Promises: E1, E2: what a batch did and the offset after it are stored in one write; E4: a record that is no event is
//          stored as a dead letter in that same write and stalls nothing.
// Pause:   by command (ingestion_control.hpp), between two batches.
// Flow:    poll -> decode -> apply -> tell the updaters and the trend counter. It polls only when the updaters have
//          credit, so a log far behind is caught up in bounded memory. A store that refuses (disk full) keeps the batch
//          and tries again.
// Threads: an actor with a thread of its own, because polling waits.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "actors/health.hpp"
#include "actors/ingestion_control.hpp"
#include "actors/interfaces.hpp"
#include "actors/recent_events.hpp"
#include "actors/requests/online_quality.hpp"
#include "config/options.hpp"
#include "io/events/event_codec.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"
#include "io/telemetry/metrics.hpp"

namespace freshet {

struct ingestor_context {
  event_store* store = nullptr;
  event_source* source = nullptr;
  user_query_table* users = nullptr;
  std::shared_ptr<visibility> visible;
  metrics* measured = nullptr;
  log* journal = nullptr;
  health* ready = nullptr;
  ingestion_control* control = nullptr;
  /// Null = nobody asks who touched items that are new to the model.
  newcomer_audience* audience = nullptr;
  const clock* time = nullptr;
  /// Learns which lists events followed up; null = nobody does.
  online_quality* quality = nullptr;
  std::size_t batch_records_max = 1'000;
  /// How long a round waits for records, or for the updaters to catch up.
  std::chrono::milliseconds poll_timeout{50};
  /// The embedded log is durable by itself, so what it feeds need not be synced again.
  bool sync_every_batch = true;
};

class ingestor {
 public:
  explicit ingestor(ingestor_context context);
  ~ingestor();

  struct touched {
    std::vector<std::string> user_ids;
    visibility::share of_batch;
    touched_items_ptr items;
    /// A log was made anew: what was counted up to some offset says nothing about it.
    bool recount = false;
  };
  /// One round. Returns whom to tell, or nothing when no batch was applied; how long to wait before the next round is
  /// then in `pause`.
  std::optional<touched> round();
  std::chrono::milliseconds pause() const { return pause_; }
  void pause_by_command(bool wanted);
  http::response list_recent(const recent_events_task& task) const;
  void close();

 private:
  struct work;
  status join();
  std::optional<stored_position> stored_position_of(partition_id partition);
  void report_losses();
  /// Well, unless the source cannot be read.
  void report_health();
  /// Tells where each partition is and how far behind.
  void report_progress();
  void decode(const record_batch& batch);
  std::optional<touched> apply();
  void failed(const error& why);
  void remember(const work& done, const ingest_outcome& applied);
  /// The store refuses.
  void stalled(const error& why);
  void notice_newcomers(const work& done, const ingest_outcome& applied) const;
  std::vector<std::pair<item_index, unix_seconds>> touches_of(const work& done, const ingest_outcome& applied) const;

  ingestor_context context_;
  event_decoder decoder_;
  recent_events recent_;
  bool joined_ = false;
  std::chrono::milliseconds pause_{0};
  std::chrono::milliseconds backoff_{0};
  bool recount_ = false;
  /// Decoded and not yet applied.
  std::unique_ptr<work> work_;
};

struct ingestor_state {
  static inline const char* name = "ingestor";
  std::unique_ptr<ingestor> logic;
  wiring_ptr others;
};
ingestor_actor::behavior_type make_ingestor(ingestor_actor::stateful_pointer<ingestor_state> self,
                                            ingestor_context context);

}  // namespace freshet
