#include "actors/finish.hpp"

#include <chrono>
#include <cmath>

#include "actors/reranking.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {

void finisher::operator()(recommend_task& task) const {
  const auto ranked = assemble(task);
  const auto took = std::chrono::steady_clock::now() - task.call->in().arrived;
  const double latency_ms = std::chrono::duration<double, std::milli>(took).count();
  record(task, ranked.items.size(), latency_ms);
  if (const auto* similar = task.similar()) return task.answer(http::render_lite_similar(*similar, ranked));
  const auto& asked = *task.recommend();
  switch (asked.form) {
    case http::surface::lite:
      return task.answer(http::render_lite(asked, ranked));
    case http::surface::guide:
      return task.answer(http::render_guide(asked, ranked, latency_ms));
    case http::surface::v1:
      return task.answer(http::render_v1(asked, ranked, latency_ms));
  }
}

http::recommendation finisher::assemble(recommend_task& task) const {
  http::recommendation ranked;
  ranked.model_id = task.model->model_id;
  ranked.fallback_method = task.fallback_method;
  ranked.integer_item_ids = task.model->integer_item_ids;
  std::vector<scored_row> best;
  merge_ranked(task.parts, task.candidates, best);
  rerank(task, *catalogue_, best, ranked);
  ranked.items.reserve(best.size());
  for (const auto& [row, score] : best) {
    ranked.items.push_back({catalogue_->view(task.model->index_of_row[to_integer(row)]), score});
  }
  return ranked;
}

void finisher::record(const recommend_task& task, std::size_t count, double latency_ms) const {
  metrics_->recommendations_served(count);
  if (!task.fallback_method.empty()) metrics_->fallback_served(task.fallback_method);
  std::string line;
  line.reserve(160);
  if (const auto* asked = task.recommend()) {
    line.append("recommend user_id=").append(asked->user_id);
  } else {
    line.append("similar item_id=").append(task.similar()->item_id);
  }
  line.append(", topk=").append(std::to_string(task.k));
  line.append(", count=").append(std::to_string(count));
  line.append(", fallback=").append(task.fallback_method.empty() ? "none" : task.fallback_method);
  line.append(", latency=").append(std::to_string(std::lround(latency_ms))).append("ms");
  line.append(", request_id=").append(task.call->in().request_id);
  const bool slow = latency_ms >= static_cast<double>(slow_after_.count());
  log_->write(slow ? log_level::warning : log_level::info, line);
}

}  // namespace freshet
