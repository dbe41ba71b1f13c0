#include "actors/requests/cache_keys.hpp"

namespace freshet {
namespace {

/// Longer requests are not asked twice.
constexpr std::size_t request_bytes_max = 4096;

void append(std::string& key, std::uint64_t number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// What every key begins with: which rows there are, and which items may be shown.
std::string stem(const recommend_task& task, std::uint64_t catalogue_version) {
  std::string key;
  append(key, task.model->number);
  append(key, task.model->rows());
  append(key, catalogue_version);
  append(key, task.settings_version);
  return key;
}

bool is_kept(const http::recommend_query& asked) {
  const bool on_top_of_user = !asked.user_id.empty() && !asked.history.empty();
  return !asked.explain && !asked.as_of && !on_top_of_user && !asked.in_batch;
}

const http::item_conditions& conditions_of(const recommend_task& task) {
  return task.similar() ? task.similar()->conditions : task.recommend()->conditions;
}

}  // namespace

std::string key_of_answer(const recommend_task& task, std::uint64_t catalogue_version) {
  const auto& cache = task.similar() ? task.similar()->cache : task.recommend()->cache;
  if (!cache.use || (task.recommend() && !is_kept(*task.recommend()))) return {};
  const auto& in = task.call->in();
  if (in.target.size() + in.body.size() > request_bytes_max) return {};
  // Made-up ids must not push out what others ask again: of an unknown user only the list is kept, everybody's.
  if (task.user && !task.user->known && !task.user->user_id.empty()) return {};
  auto key = stem(task, catalogue_version);
  if (task.user) append(key, task.user->version);
  return key.append(to_string(in.verb)).append(" ").append(in.target).append("\n").append(in.body);
}

std::string key_of_list(const recommend_task& task, std::uint64_t catalogue_version) {
  const auto& conditions = conditions_of(task);
  if (conditions.any() || task.lanes.size() != 1 || task.k == 0) return {};
  auto key = stem(task, catalogue_version);
  append(key, task.candidates);
  if (task.by_index) key.append("index ");
  if (const auto* similar = task.similar()) {
    const bool by_content = task.list == &task.model->content;
    return key.append(by_content ? "content " : "similar ").append(similar->item_id);
  }
  if (task.fallback_method.empty() || !is_kept(*task.recommend())) return {};
  // The list depends on the user by what was seen, and by the profile made of it.
  const bool personal = !task.excluded.empty() || task.fallback_method != "popularity";
  if (personal && task.user->version == 0) return {};
  key.append(task.fallback_method);
  if (!personal) return key;
  append(key, task.user->version);
  return key.append(task.recommend()->exclude_seen ? "new" : "all");
}

}  // namespace freshet
