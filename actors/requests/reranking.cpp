#include "actors/requests/reranking.hpp"

#include <algorithm>

#include "core/linalg/kernels.hpp"

namespace freshet {
namespace {

/// Reasons shown with an item of a list.
constexpr std::size_t reasons_of_item = 3;

std::string name_of(const generation& model, const item_catalogue& catalogue, item_row row) {
  const auto view = catalogue.view(model.index_of(row));
  return view->metadata().title.value_or(view->metadata().item_id);
}

/// A model without a known range: that of the candidates at hand.
value_range range_of(std::span<const scored_row> best) {
  if (best.empty()) return {};
  return {best.back().score, best.front().score};
}

class reranking {
 public:
  reranking(const recommend_task& task, const item_catalogue& catalogue, std::vector<scored_row>& best,
            http::recommendation& out)
      : task_(task), model_(*task.model), catalogue_(catalogue), best_(best), out_(out) {}

  void operator()(std::monostate) const {}

  void operator()(const mmr_options& options) const { best_ = rerank_mmr(best_, model_.likeness(), options); }

  void operator()(rerank_options options) const {
    if (!(options.cf_range.high > options.cf_range.low)) options.cf_range = range_of(best_);
    auto ranked = rerank_hybrid(best_, task_.profile, model_.known, options);
    ranked.resize(std::min(ranked.size(), task_.k));
    best_.clear();
    for (const auto& each : ranked) best_.push_back({each.row, each.final_score});
    out_.reranked = std::move(ranked);
  }

  void operator()(const strategy_weights& weights) const {
    const auto placed = rerank_by_strategy(best_, model_.known, model_.likeness(), weights.components, task_.k);
    best_.clear();
    for (const auto& each : placed) {
      best_.push_back({each.row, each.score});
      out_.explanations.push_back(explanation_of(each));
    }
  }

 private:
  std::string explanation_of(const placed_row& placed) const {
    switch (placed.reason) {
      case rerank_reason::popularity:
        return "Popular right now";
      case rerank_reason::novelty:
        return "Rarely seen, close to your taste";
      case rerank_reason::diversity: {
        const auto view = catalogue_.view(model_.index_of(placed.row));
        const auto& category = view->metadata().category;
        return category ? "Adds variety: " + *category : "Adds variety";
      }
      case rerank_reason::relevance:
        break;
    }
    if (const auto* similar = task_.similar()) {
      return "Similar to " + name_of(model_, catalogue_, model_.row_of(*catalogue_.find(similar->item_id)));
    }
    const auto closest = closest_seen(placed.row);
    return closest ? "Because you bought " + name_of(model_, catalogue_, *closest) : "Close to your taste";
  }

  /// What the user touched that is most like the item.
  std::optional<item_row> closest_seen(item_row row) const {
    const auto likeness = model_.likeness();
    std::optional<item_row> closest;
    float best = 0;
    for (const auto seen : task_.user->seen) {
      const float cosine = likeness.columns() == 0
                               ? 0
                               : best_kernels().dot(likeness.row(to_integer(row)).data(),
                                                    likeness.row(to_integer(seen)).data(), likeness.columns());
      if (closest && cosine <= best) continue;
      closest = seen;
      best = cosine;
    }
    return closest;
  }

  const recommend_task& task_;
  const generation& model_;
  const item_catalogue& catalogue_;
  std::vector<scored_row>& best_;
  http::recommendation& out_;
};

}  // namespace

void rerank(const recommend_task& task, const item_catalogue& catalogue, std::vector<scored_row>& best,
            http::recommendation& out) {
  std::visit(reranking(task, catalogue, best, out), task.reranking);
  if (!task.told) return;
  const bool silent = !task.fallback_method.empty();
  for (const auto& each : best) {
    out.reasons.emplace_back();
    if (silent || out.reasons.size() > explained_items_max) continue;
    auto reasons = reasons_for(*task.model, catalogue, *task.told, each.row);
    reasons.resize(std::min(reasons.size(), reasons_of_item));
    out.reasons.back() = std::move(reasons);
  }
}

std::vector<http::reason> reasons_for(const generation& model, const item_catalogue& catalogue,
                                      const user_interactions& told, item_row item) {
  // The model says nothing of an item that came after it.
  if (!model.in_model(item)) return {};
  auto contributions = model.served->explain(told, item);
  std::stable_sort(contributions.begin(), contributions.end(),
                   [](const auto& a, const auto& b) { return a.amount > b.amount; });
  std::vector<http::reason> reasons;
  for (const auto& each : contributions) {
    reasons.push_back({catalogue.view(model.index_of(each.item)), each.amount});
  }
  return reasons;
}

}  // namespace freshet
