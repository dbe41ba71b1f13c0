// What:    the actor that sees to it that what must go is gone: users who are erased, and events that have expired.
// Erasing: in this order. What was accepted is written to its log; the store erases, and drops from then on whatever of
//          these users comes out of a log; a training that runs begins again; every stored model loses their rows; the
//          model in service and one on trial are loaded anew where they had one; updaters, caches and trends forget
//          them; log files lose their ids; the audit log gets a line for each. Only then is the receipt given out.
//          Whatever fails on the way is the answer, and a line in the audit log: the request can be repeated, and does
//          the rest.
// Why an actor of its own: an erasure takes seconds (a compaction, a model), in which no event should wait with the
//          publisher and no question with the librarian; and one at a time is what the files want.
// Retention: what has expired is read by nobody from that moment on; here it is removed, at the start, when the setting
//          changes and every hour, so that counts and files follow. Queries and answers made from it live at most as
//          long as their caches allow (cache.user_profile.ttl_seconds), and go at once when anything was removed.
// Threads: an actor with a thread of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "actors/event_log.hpp"
#include "actors/interfaces.hpp"
#include "actors/requests/caches.hpp"
#include "core/base/clock.hpp"
#include "io/http/erasure_api.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/audit_log.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct custodian_context {
  event_store* store = nullptr;
  const event_log* events = nullptr;
  std::shared_ptr<const audit_log> audit;
  const clock* time = nullptr;
  log* journal = nullptr;
  caches* kept = nullptr;
  user_query_table* users = nullptr;
  /// The artifacts root, and the directory of the log files.
  std::filesystem::path artifacts;
  std::filesystem::path logs;
  std::uint32_t retention_days = 0;
};

class custodian {
 public:
  explicit custodian(custodian_context context) : context_(std::move(context)) {}

  /// Has the other actors do their part; each returns when that is done, or says why it could not be.
  struct crew {
    std::function<status()> reload_model;
    /// A training that has read who is erased must not leave them in a model.
    std::function<status(const erased_users_ptr&)> train_anew;
    std::function<status(const erased_users_ptr&)> forget;
    std::function<status()> count_trends_anew;
  };
  http::response erase(const erasure_task& task, const crew& others) const;

  /// True when the retention is another one from now on.
  bool configure(const options& changed);
  /// True when something was.
  bool remove_expired() const;

 private:
  /// Queries and answers that were made from what is not there any more.
  void forget_derived() const;
  result<http::erasure_receipt> erase_everywhere(const erasure_task& task, const crew& others) const;
  std::vector<consumed_position> ends_of_logs() const;

  custodian_context context_;
};

struct custodian_state {
  static inline const char* name = "custodian";
  std::unique_ptr<custodian> logic;
  supervisor_actor supervisor;
  wiring_ptr others;
};
custodian_actor::behavior_type make_custodian(custodian_actor::stateful_pointer<custodian_state> self,
                                              custodian_context context, const supervisor_actor& supervisor);

}  // namespace freshet
