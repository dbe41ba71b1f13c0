// What: the keys under which answers and ranked lists are kept (caches.hpp): everything they depend on.
// Why:  an event, a changed item, a new item and a new model each make another key, so that nothing stale can be found.
//       A key is empty where what it would name must be computed each time: an answer from a state of the past, with
//       reasons, from a history on top of a user's own, or of a user whom nobody knows.
#pragma once

#include <cstdint>
#include <string>

#include "actors/requests/recommend_task.hpp"

namespace freshet {

/// Of the whole answer. The task has its model, and its user where it asks for one.
[[nodiscard]] std::string key_of_answer(const recommend_task& task, std::uint64_t catalogue_version);

/// Of the candidates before they are reranked: of similar items, and of fallback lists. The task knows its list, its
/// query and its lanes. Empty for other lists, and where the request has conditions.
[[nodiscard]] std::string key_of_list(const recommend_task& task, std::uint64_t catalogue_version);

}  // namespace freshet
