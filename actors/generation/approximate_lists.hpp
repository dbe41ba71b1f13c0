// What:  gives the lists of a generation their approximate index, where the settings ask for one, and measures it.
// Why:   whoever lets an index answer must be able to see what it misses: recall is measured on this model and these
//        users at every load, against the exact scan.
// Scope: the ranking and the likeness of items, where the model scores them by factors. Other lists, and models whose
//        index cannot be built, are served exactly; the report says so.
// Cost:  approximate_index.hpp; the measurement 2 x recall_queries exact scans. Off the serving path.
#pragma once

#include "actors/generation/generation.hpp"

namespace freshet {

inline constexpr std::size_t recall_queries = 200;
inline constexpr std::size_t recall_k = 10;

/// Sets `index` of both lists, and `indexed`.
void index_lists(generation& made, const faiss_options& settings);

}  // namespace freshet
