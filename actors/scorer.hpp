// What:  the actor that ranks one slice of the catalogue; or all of it, where it is small or ranked by an index, for
//        some of the requests.
// Why:   requests that wait are ranked in one pass over the slice: with 16 of them the factors are read once instead
//        of 16 times, which is worth more than any other choice on the request path.
// Limits: at most `batch_max` requests a pass; the rest wait for the next.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/requests/finish.hpp"

namespace freshet {

class scorer {
 public:
  static constexpr std::size_t batch_max = 32;

  scorer(std::size_t slice, finisher finish) : slice_(slice), finish_(finish) {}

  /// True when it is the first of a batch: then `flush` must follow.
  bool add(recommend_task_ptr task);
  /// Ranks up to batch_max waiting requests; finishes those that no other scorer still works on. True = more wait.
  bool flush();

 private:
  void rank(std::span<const recommend_task_ptr> batch);
  void ask_index(recommend_task& task);

  std::size_t slice_;
  finisher finish_;
  std::vector<recommend_task_ptr> waiting_;
  scan_scratch scratch_;
  approximate_scratch index_scratch_;
  std::vector<scan_request> requests_;
  std::vector<std::vector<scored_row>> results_;
};

struct scorer_state {
  static inline const char* name = "scorer";
  std::unique_ptr<scorer> logic;
};
scorer_actor::behavior_type make_scorer(scorer_actor::stateful_pointer<scorer_state> self, std::size_t slice,
                                        finisher finish);

}  // namespace freshet
