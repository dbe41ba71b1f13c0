#include "actors/scorer.hpp"

#include <algorithm>

namespace freshet {
namespace {

bool of_one_list(const recommend_task& one, const recommend_task& other) {
  return one.list->slices == other.list->slices && one.list->tail == other.list->tail && one.by_index == other.by_index;
}

}  // namespace

bool scorer::add(recommend_task_ptr task) {
  waiting_.push_back(std::move(task));
  return waiting_.size() == 1;
}

bool scorer::flush() {
  // One pass serves requests of one catalogue; a swap or a fallback list in between starts another pass.
  const auto first = waiting_.begin();
  auto last = first;
  while (last != waiting_.end() && of_one_list(**last, **first) && static_cast<std::size_t>(last - first) < batch_max) {
    ++last;
  }
  if ((*first)->by_index) {
    for (auto task = first; task != last; ++task) ask_index(**task);
  } else {
    rank({first, last});
  }
  for (auto task = first; task != last; ++task) {
    if ((*task)->scorers_left.fetch_sub(1, std::memory_order_acq_rel) == 1) finish_(**task);
  }
  waiting_.erase(first, last);
  return !waiting_.empty();
}

void scorer::rank(std::span<const recommend_task_ptr> batch) {
  requests_.clear();
  for (const auto& task : batch) {
    for (const auto& lane : task->lanes) {
      requests_.push_back(
          {.q = &task->ranked_by, .k = task->candidates, .excluded = task->excluded, .allowed = lane.rows.words()});
    }
  }
  results_.resize(std::max(results_.size(), requests_.size()));
  const auto& list = *batch.front()->list;
  // A small catalogue is one slice, which any scorer ranks.
  const std::size_t slice = list.slices->size() == 1 ? 0 : slice_;
  (*list.slices)[slice].rank(requests_, {results_.data(), requests_.size()}, scratch_);
  if (list.tail) (*list.tail)[slice].rank(requests_, {results_.data(), requests_.size()}, scratch_);
  std::size_t next = 0;
  for (const auto& task : batch) {
    const auto lanes = task->lanes.size();
    for (std::size_t lane = 0; lane < lanes; ++lane) task->parts[slice * lanes + lane].swap(results_[next++]);
  }
}

void scorer::ask_index(recommend_task& task) {
  for (std::size_t lane = 0; lane < task.lanes.size(); ++lane) {
    const scan_request request{.q = &task.ranked_by,
                               .k = task.candidates,
                               .excluded = task.excluded,
                               .allowed = task.lanes[lane].rows.words()};
    auto& found = task.parts[lane];
    task.list->index->rank(request, found, index_scratch_);
    if (!task.list->tail) continue;
    for (const auto& part : *task.list->tail) part.rank({&request, 1}, {&found, 1}, scratch_);
  }
}

scorer_actor::behavior_type make_scorer(scorer_actor::stateful_pointer<scorer_state> self, std::size_t slice,
                                        finisher finish) {
  self->state.logic = std::make_unique<scorer>(slice, finish);
  return {
      [self](recommend_task_ptr& task) {
        if (self->state.logic->add(std::move(task))) self->send(self, flush_atom::value);
      },
      [self](flush_atom) {
        if (self->state.logic->flush()) self->send(self, flush_atom::value);
      },
  };
}

}  // namespace freshet
