#include "actors/trend_counter.hpp"

#include <algorithm>

#include "io/http/problem.hpp"

namespace freshet {
namespace {

constexpr std::chrono::seconds retry_pause{5};

/// The `k` best of those that may be listed, the lower number first where two are alike.
template <class Figures, class Value, class May>
std::vector<Figures> best(std::vector<Figures> all, Value value, std::size_t k, May may_be_listed) {
  std::erase_if(all, [&](const Figures& each) { return !may_be_listed(each.item); });
  const auto last = all.begin() + static_cast<std::ptrdiff_t>(std::min(k, all.size()));
  std::partial_sort(all.begin(), last, all.end(), [&](const Figures& a, const Figures& b) {
    return value(a) != value(b) ? value(a) > value(b) : a.item < b.item;
  });
  all.erase(last, all.end());
  return all;
}

bool is_set(const filters::bitmap& bits, item_index item) {
  const auto number = to_integer(item);
  return number / 64 < bits.size() && (bits[number / 64] >> number % 64 & 1) != 0;
}

}  // namespace

bool trend_counter::count_everything() {
  item_trends counts;
  const auto now = context_.time->now_seconds();
  const auto positions = context_.store->for_each_event([&](const interaction& event) {
    // Returns are no sign of demand.
    if (event.qty > 0) counts.add(event.item, std::min(event.ts, now));
    return !context_.ready->draining();
  });
  if (!positions) {
    context_.journal->failure("popular and trending items wait: " + positions.failure().message);
    return false;
  }
  counts_ = std::move(counts);
  counted_.clear();
  for (const auto& each : *positions) counted_[{each.source, each.partition}] = each.next_offset;
  return true;
}

void trend_counter::count(const touched_items& batch) {
  auto& counted = counted_.try_emplace({batch.source, batch.partition}, -1).first->second;
  if (batch.next_offset <= counted) return;
  counted = batch.next_offset;
  for (const auto& [item, ts] : batch.touches) counts_.add(item, ts);
}

std::shared_ptr<const http::item_view> trend_counter::view_of(item_index item) const {
  if (auto known = context_.catalogue->view(item)) return known;
  // Known from events alone, and since the catalogue was filled.
  auto id = context_.store->item_id(item);
  if (!id) return nullptr;
  freshet::item bare;
  bare.item_id = std::move(*id);
  return std::make_shared<const http::item_view>(std::move(bare));
}

http::response trend_counter::answer(const http::popularity_request& asked, const http::request& in) const {
  const auto now = context_.time->now_seconds();
  const auto known = context_.catalogue->size();
  const auto shown = context_.catalogue->servable(now);
  item_catalogue::item_bits wanted;
  if (!asked.filter.empty()) {
    auto matching = context_.catalogue->evaluate(asked.filter, now);
    if (!matching) return http::problem(400, "filter: " + matching.failure().message, in);
    wanted = std::move(*matching);
  }
  const auto list = [&](auto all, auto value) {
    const auto chosen = best(std::move(all), value, asked.k, [&](item_index item) {
      // What the catalogue does not know yet cannot be hidden.
      return (!shown || to_integer(item) >= known || is_set(*shown, item)) && (!wanted || is_set(*wanted, item));
    });
    std::vector<http::listed_item<typename decltype(chosen)::value_type>> listed;
    for (const auto& each : chosen) {
      if (auto view = view_of(each.item)) listed.push_back({std::move(view), each});
    }
    return listed;
  };
  if (asked.trending) {
    return http::render_trending(counts_.newest(), list(counts_.trends(), [](const auto& each) { return each.score; }));
  }
  auto window = asked.window ? counts_.within(*asked.window) : counts_.ever();
  const auto span = counts_.newest() ? std::optional(http::counted_span{window.from, window.to}) : std::nullopt;
  return http::render_popular(asked, span,
                              list(std::move(window.counts), [](const auto& each) { return each.events; }));
}

trend_counter_actor::behavior_type make_trend_counter(trend_counter_actor::stateful_pointer<trend_counter_state> self,
                                                      trend_counter_context context) {
  self->state.logic = std::make_unique<trend_counter>(context);
  // Anonymously: nobody waits for the answer.
  const trend_counter_actor own(self);
  caf::anon_send(own, run_atom::value);
  return {
      [self](run_atom) {
        const bool counted = self->state.logic->count_everything();
        if (!counted) caf::delayed_anon_send(trend_counter_actor(self), retry_pause, run_atom::value);
        return counted;
      },
      [self](const touched_items_ptr& batch) { self->state.logic->count(*batch); },
      [self](const popularity_task_ptr& task) {
        task->call->answer(self->state.logic->answer(task->asked, task->call->in()));
      },
  };
}

}  // namespace freshet
