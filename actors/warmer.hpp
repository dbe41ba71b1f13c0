// What:    the actor that fills the caches before somebody asks: lists of items similar to the most popular ones,
//          queries and fallback lists of the most active users, and the list of those nobody knows.
// Why:     after a start or a swap the first requests would all be slow at once.
// How:     it asks the questions that users will ask, quietly (not counted, not logged), a few at a time: what it
//          leaves in the caches is then what they find, under the same keys. One warm-up after the other; what arrives
//          meanwhile waits.
// Threads: an actor with a thread of its own: it reads the store and waits for its answers.
// Cost:    some 50 us a question on the scorers; besides, once an hour or when there are an eighth more users, a pass
//          over the histories to find the active ones.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/health.hpp"
#include "actors/interfaces.hpp"
#include "actors/requests/caches.hpp"
#include "actors/warmth.hpp"
#include "config/options.hpp"
#include "io/store/event_store.hpp"
#include "io/telemetry/logging.hpp"

namespace freshet {

struct warmer_context {
  const event_store* store = nullptr;
  const item_catalogue* catalogue = nullptr;
  caches* kept = nullptr;
  user_query_table* users = nullptr;
  warmth* state = nullptr;
  log* journal = nullptr;
  /// A service that leaves does not wait for a warm-up.
  const health* ready = nullptr;
  warmup_options warmup;
  on_update_options on_update;
};

class warmer {
 public:
  /// Hands a question to the recommender.
  using asker = std::function<void(recommend_task_ptr)>;
  /// For so long the answers to a few questions are waited for before the warm-up is given up.
  static constexpr std::chrono::seconds patience{10};

  explicit warmer(warmer_context context) : context_(std::move(context)) {}

  void configure(const options& changed) {
    context_.warmup = changed.warmup;
    context_.on_update = changed.hot_reload.on_update;
  }
  /// A model takes over: empties the caches as configured. Whether to warm up for it now.
  bool use(generation_ptr model);
  /// Does it unless it was done for this model already, or `force`.
  warmup_outcome warm_up(bool force, const asker& ask);

 private:
  struct question {
    http::precomputed_counts counted_as;
    recommend_task::request asked;
  };
  result<std::vector<question>> questions();
  status add_popular_items(std::vector<question>& to) const;
  status add_active_users(std::vector<question>& to);
  /// Finds the most active users, unless who they are was found lately.
  status find_active_users();
  /// Asks them all and waits; the counts of those that were answered well.
  result<http::precomputed_counts> ask_all(std::vector<question> all, const asker& ask) const;

  warmer_context context_;
  generation_ptr model_;
  bool had_model_ = false;
  /// The most active users, the least active in front, as found at that time for so many wanted of so many.
  struct active_users {
    std::vector<user_index> numbers;
    std::chrono::steady_clock::time_point found_at;
    std::size_t wanted = 0;
    std::uint64_t users = 0;
  };
  std::optional<active_users> active_;
};

struct warmer_state {
  static inline const char* name = "warmer";
  std::unique_ptr<warmer> logic;
  wiring_ptr others;
};
warmer_actor::behavior_type make_warmer(warmer_actor::stateful_pointer<warmer_state> self, warmer_context context);

}  // namespace freshet
