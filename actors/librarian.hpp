// What:    the actor that looks things up in the store: an item, a user's state, everything there is of a user;
//          and in the registry: the models.
// Why:     these questions wait for a disk and a large export takes a second: neither the scheduler's pool nor the
//          updaters' fold-ins should wait behind them.
// Audit:   an export is recorded in the audit log, failures too, before it is answered; without a record no export.
// Threads: an actor with a thread of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "actors/interfaces.hpp"
#include "config/options.hpp"
#include "core/base/clock.hpp"
#include "io/http/users_api.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/audit_log.hpp"

namespace freshet {

struct librarian_context {
  const event_store* store = nullptr;
  std::shared_ptr<const audit_log> audit;
  const clock* time = nullptr;
  /// The artifacts root of the registry.
  std::filesystem::path artifacts;
  events_options events;
  fallback_options fallback;
};

class librarian {
 public:
  explicit librarian(librarian_context context) : context_(std::move(context)) {}

  void use(generation_ptr model) { model_ = std::move(model); }
  void use(trial_ptr trial) { trial_ = std::move(trial); }

  http::response show_item(const std::string& item_id, const http::request& in) const;
  http::response show_user(const std::string& user_id, const http::request& in) const;
  http::response export_user(const std::string& user_id, const http::request& in) const;
  http::response list_models(const http::request& in) const;

 private:
  result<http::user_state> describe(const std::string& user_id, const user_history& history) const;
  /// Nothing when there is neither an event nor a row in the model.
  result<std::optional<std::string>> document_of(const std::string& user_id) const;
  /// The model that answers the user; null = none yet.
  const generation* model_of(const std::string& user_id) const {
    return model_of_user(model_, trial_.get(), user_id).get();
  }
  bool is_trained(const std::string& user_id) const;

  librarian_context context_;
  generation_ptr model_;
  trial_ptr trial_;
};

struct librarian_state {
  static inline const char* name = "librarian";
  std::unique_ptr<librarian> logic;
};
librarian_actor::behavior_type make_librarian(librarian_actor::stateful_pointer<librarian_state> self,
                                              librarian_context context);

}  // namespace freshet
