#include "actors/requests/finish.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <set>
#include <utility>

#include "actors/requests/reranking.hpp"
#include "actors/requests/silent_exchange.hpp"
#include "core/base/hash.hpp"
#include "core/ranking/top_k.hpp"

namespace freshet {
namespace {

/// Takes places first..last - 1 of a list that has a value for each row, or none at all.
template <class T>
void keep_places(std::vector<T>& list, std::size_t first, std::size_t last) {
  if (list.empty()) return;
  list.resize(std::min(last, list.size()));
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(first, list.size())));
}

/// The page or the part behind the offset that was asked for.
void cut(const recommend_task& task, std::vector<scored_row>& best, http::recommendation& ranked) {
  std::size_t first = std::min(task.skipped, best.size());
  std::size_t last = best.size();
  const auto& page = task.similar() ? task.similar()->page : task.recommend()->page;
  if (page) {
    const auto asked = http::cut_page(*page, best.size());
    first = asked.begin;
    last = asked.end;
  }
  if (first == 0 && last == best.size()) return;
  keep_places(best, first, last);
  keep_places(ranked.reranked, first, last);
  keep_places(ranked.explanations, first, last);
  keep_places(ranked.reasons, first, last);
}

/// A boost above 1 raises every item, also one whose score is negative.
float boosted(float score, float factor) {
  return score < 0 ? score / factor : score * factor;
}

std::vector<std::string> left_out(std::span<const std::string> listed, std::span<const http::ranked_item> ranked) {
  std::set<std::string_view> there;
  for (const auto& each : ranked) there.insert(each.view->metadata().item_id);
  std::vector<std::string> left;
  for (const auto& id : listed) {
    if (there.insert(id).second) left.push_back(id);
  }
  return left;
}

double mean_score(const http::recommendation& ranked) {
  double sum = 0;
  for (const auto& each : ranked.items) sum += each.score;
  return ranked.items.empty() ? 0 : sum / static_cast<double>(ranked.items.size());
}

/// Also where the documents leave no room in the body.
void name_list(http::response& out, const std::string& recommendation_id) {
  if (!recommendation_id.empty()) out.headers.emplace_back("X-Recommendation-Id", recommendation_id);
}

double latency_of(const recommend_task& task) {
  const auto took = std::chrono::steady_clock::now() - task.call->in().arrived;
  return std::chrono::duration<double, std::milli>(took).count();
}

std::size_t asked_for(const recommend_task& task) {
  return task.similar() ? task.similar()->k : task.recommend()->k;
}

}  // namespace

finisher::finisher(const item_catalogue& catalogue, caches& kept, metrics& measured, log& journal,
                   const logging_options& logging)
    : catalogue_(&catalogue),
      kept_(&kept),
      metrics_(&measured),
      log_(&journal),
      slow_after_(logging.slow_request_threshold),
      user_ids_(logging.user_ids),
      user_id_seed_(std::uint64_t{std::random_device{}()} << 32 | std::random_device{}()) {}

void finisher::operator()(recommend_task& task) const {
  if (task.kept_answer) return answer_as_kept(task);
  auto ranked = assemble(task);
  const double latency_ms = latency_of(task);
  if (task.compared_with) return compare(task, ranked, latency_ms);
  if (!task.quiet) record(task, {ranked.items.size(), task.fallback_method, latency_ms});
  if (task.batch) {
    std::string body;
    http::append_batch_entry(body, *task.recommend(), ranked);
    return task.answer_in_batch(std::move(body));
  }
  if (quality_ != nullptr && task.recommend() != nullptr && !task.quiet && !ranked.items.empty()) {
    ranked.recommendation_id = quality_->shown(ranked.model_id, ranked.shown);
  }
  auto out = render(task, ranked, latency_ms);
  if (!task.answer_key.empty()) keep(task, ranked, out.body);
  name_list(out, ranked.recommendation_id);
  task.answer(std::move(out));
  if (task.shadow) ask_shadow(task, ranked);
}

void finisher::ask_shadow(const recommend_task& task, const http::recommendation& ranked) {
  if (!task.ask || !task.shadow->shadow->begin()) return;
  auto more = std::make_shared<recommend_task>(std::make_shared<silent_exchange>(), task.asked);
  more->quiet = true;
  more->model = task.shadow->candidate;
  more->shadow = task.shadow;
  more->compared_with = std::make_shared<const shown_list>(shown_list{ranked.shown, mean_score(ranked)});
  task.ask(std::move(more));
}

void finisher::compare(recommend_task& task, const http::recommendation& ranked, double latency_ms) {
  const auto shown = std::exchange(task.compared_with, nullptr);
  const auto first = [](const std::vector<item_index>& list) {
    return std::set<item_index>(
        list.begin(), list.begin() + static_cast<std::ptrdiff_t>(std::min(list.size(), shadow_figures::depth)));
  };
  const auto theirs = first(shown->items);
  const auto ours = first(ranked.shown);
  const auto both = std::ranges::count_if(ours, [&theirs](item_index each) { return theirs.contains(each); });
  const auto longer = std::max<std::size_t>(1, std::max(theirs.size(), ours.size()));
  task.shadow->shadow->finish({.overlap = static_cast<double>(both) / static_cast<double>(longer),
                               .drift = mean_score(ranked) - shown->mean_score,
                               .candidate_took = std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::duration<double, std::milli>(latency_ms))});
  task.answer({});
}

std::chrono::seconds finisher::time_to_live(const recommend_task& task) const {
  const auto& cache = task.similar() ? task.similar()->cache : task.recommend()->cache;
  return cache.ttl.value_or(kept_->response.limits().ttl);
}

void finisher::keep(const recommend_task& task, const http::recommendation& ranked, const std::string& body) const {
  kept_->keep_response(task.answer_key,
                       std::make_shared<const cached_response>(
                           cached_response{body, ranked.items.size(), task.fallback_method, ranked.recommendation_id}),
                       std::chrono::steady_clock::now(), time_to_live(task));
}

void finisher::answer_as_kept(recommend_task& task) const {
  const auto kept = std::move(task.kept_answer);
  // The figures of the model count a kept fallback as one too.
  task.fallback_method = kept->fallback_method;
  const double latency_ms = latency_of(task);
  record(task, {kept->count, task.fallback_method, latency_ms});
  const auto form = task.similar() ? task.similar()->form : task.recommend()->form;
  auto out = form == http::surface::lite ? http::with_cache_state(kept->body, true, time_to_live(task), false)
                                         : http::with_latency(kept->body, latency_ms);
  name_list(out, kept->recommendation_id);
  task.answer(std::move(out));
}

std::vector<scored_row> finisher::candidates(const recommend_task& task) const {
  if (task.kept_list) return task.kept_list->rows;
  auto best = merge(task);
  if (!task.list_key.empty()) {
    auto& lists = task.similar() ? kept_->item_similarity : kept_->fallback;
    lists.insert(task.list_key, std::make_shared<const cached_ranking>(cached_ranking{best}),
                 std::chrono::steady_clock::now());
  }
  return best;
}

http::response finisher::render(const recommend_task& task, const http::recommendation& ranked, double latency_ms) {
  using http::surface;
  if (const auto* similar = task.similar()) {
    switch (similar->form) {
      case surface::lite:
        return http::render_lite_similar(*similar, ranked);
      case surface::guide:
        return http::render_guide_similar(*similar, ranked, latency_ms);
      case surface::v1:
        return http::render_v1_similar(*similar, ranked, latency_ms);
    }
  }
  const auto& asked = *task.recommend();
  if (asked.form == surface::lite) return http::render_lite(asked, ranked);
  if (asked.form == surface::guide) return http::render_guide(asked, ranked, latency_ms);
  return http::render_v1(asked, ranked, latency_ms);
}

/// The best of what the scorers found, each lane times its factor.
std::vector<scored_row> finisher::merge(const recommend_task& task) {
  const std::size_t lanes = task.lanes.size();
  std::vector<scored_row> all;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const std::size_t from = all.size();
    for (std::size_t part = lane; part < task.parts.size(); part += lanes) {
      all.insert(all.end(), task.parts[part].begin(), task.parts[part].end());
    }
    const float factor = task.lanes[lane].factor;
    if (factor == 1) continue;
    for (std::size_t each = from; each < all.size(); ++each) all[each].score = boosted(all[each].score, factor);
  }
  keep_best(all, task.candidates);
  return all;
}

http::recommendation finisher::assemble(const recommend_task& task) const {
  const auto& model = *task.model;
  http::recommendation ranked;
  ranked.model_id = model.model_id;
  ranked.fallback_method = task.fallback_method;
  ranked.integer_item_ids = model.integer_item_ids;
  ranked.original_count = task.original_count;
  ranked.filtered_count = task.filtered_count;
  ranked.method = task.list == &model.content ? "content" : "cf_embeddings";
  const auto& cache = task.similar() ? task.similar()->cache : task.recommend()->cache;
  if (cache.given && cache.use) ranked.cache_ttl = time_to_live(task);
  auto best = candidates(task);
  rerank(task, *catalogue_, best, ranked);
  ranked.listed = best.size();
  cut(task, best, ranked);
  std::vector<item_index> shown;
  shown.reserve(best.size());
  for (const auto& each : best) shown.push_back(model.index_of(each.row));
  auto views = catalogue_->views(shown);
  ranked.shown = std::move(shown);
  ranked.items.reserve(best.size());
  for (std::size_t place = 0; place < best.size(); ++place) {
    ranked.items.push_back({std::move(views[place]), best[place].score});
  }
  if (const auto* asked = task.recommend(); asked != nullptr && asked->ranks_candidates) {
    ranked.unranked = left_out(asked->conditions.include_items, ranked.items);
  }
  return ranked;
}

void finisher::append_user(std::string& line, const std::string& user_id) const {
  if (user_ids_ == logged_user_ids::full) {
    line += user_id;
  } else if (user_ids_ == logged_user_ids::none || user_id.empty()) {
    line += '-';
  } else {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash64(user_id, user_id_seed_)));
    line += text;
  }
}

void finisher::record(const recommend_task& task, const outcome& answered) const {
  const auto& [count, fallback_method, latency_ms] = answered;
  metrics_->recommendations_served(count);
  if (!fallback_method.empty()) metrics_->fallback_served(fallback_method);
  std::string line;
  line.reserve(256);
  if (const auto* asked = task.recommend()) {
    append_user(line.append("recommend user_id="), asked->user_id);
  } else {
    line.append("similar item_id=").append(task.similar()->item_id);
  }
  line.append(", topk=").append(std::to_string(asked_for(task)));
  line.append(", count=").append(std::to_string(count));
  line.append(", fallback=").append(fallback_method.empty() ? "none" : fallback_method);
  line.append(", latency=").append(std::to_string(std::lround(latency_ms))).append("ms");
  const auto& in = task.call->in();
  line.append(", request_id=").append(in.request_id);
  if (!in.traceparent.empty()) line.append(", traceparent=").append(in.traceparent);
  const bool slow = latency_ms >= static_cast<double>(slow_after_.count());
  log_->write(slow ? log_level::warning : log_level::info, line);
}

}  // namespace freshet
