#include "actors/generation/approximate_lists.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace freshet {
namespace {

approximate_options options_of(const faiss_options& settings) {
  return {.kind = settings.index == faiss_kind::hnsw ? index_kind::hnsw : index_kind::ivf,
          .lists = settings.nlist,
          .probes = settings.nprobe,
          .links = settings.hnsw_m,
          .width = settings.hnsw_ef,
          .use_threads = settings.use_threads};
}

/// Numbers 0, step, 2 step, ... of `count`: about recall_queries of them.
std::vector<std::size_t> sample(std::size_t count) {
  std::vector<std::size_t> chosen;
  const std::size_t step = std::max<std::size_t>(1, count / recall_queries);
  for (std::size_t each = 0; each < count && chosen.size() < recall_queries; each += step) chosen.push_back(each);
  return chosen;
}

/// Of trained users; of users with one item, where the model keeps no vectors of users.
std::vector<query> users_of(const generation& made) {
  std::vector<query> asked;
  const auto& users = *made.user_factors;
  if (users.rows() > 0 && users.columns() == made.served->factors()) {
    for (const auto user : sample(users.rows())) {
      const auto row = users.row(user);
      asked.emplace_back(dense_query{{row.begin(), row.end()}});
    }
    return asked;
  }
  for (const auto row : sample(made.model_items())) {
    const item_row item{static_cast<std::uint32_t>(row)};
    asked.push_back(made.served->fold_in({.strengths = {{item, 1}}, .sequence = {{.item = item}}}));
  }
  return asked;
}

std::vector<query> items_of(const generation& made) {
  std::vector<query> asked;
  for (const auto row : sample(made.model_items())) {
    asked.push_back(made.served->similar_to(item_row{static_cast<std::uint32_t>(row)}));
  }
  return asked;
}

/// The measured recall, or why there is no index.
result<double> index_list(catalogue_list& list, const item_scores& scores, const std::vector<query>& asked,
                          const approximate_options& options) {
  const auto* dense = std::get_if<dense_scores>(&scores);
  if (dense == nullptr) return error{error_code::unsupported, "the model does not score by factors"};
  FRESHET_ASSIGN(auto built, approximate_index::build(*dense, *list.slices, options));
  list.index = std::make_shared<const approximate_index>(std::move(built));
  return list.index->recall(asked, recall_k);
}

std::string words_of(const result<double>& recall) {
  if (!recall) return "exact: " + recall.failure().message;
  char text[32];
  std::snprintf(text, sizeof text, "recall@%zu %.3f", recall_k, *recall);
  return text;
}

}  // namespace

void index_lists(generation& made, const faiss_options& settings) {
  if (settings.index == faiss_kind::none) return;
  const auto started = std::chrono::steady_clock::now();
  const auto options = options_of(settings);
  const auto ranking = index_list(made.ranking, made.served->scores(), users_of(made), options);
  const auto similarity = index_list(made.similarity, made.served->similarity_scores(), items_of(made), options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  made.indexed.ranking_recall = ranking ? *ranking : 1;
  made.indexed.similarity_recall = similarity ? *similarity : 1;
  char duration[32];
  std::snprintf(duration, sizeof duration, "%.1f s", took.count());
  made.indexed.described = std::string(options.kind == index_kind::ivf ? "ivf" : "hnsw") + " built in " + duration +
                           "; recommendations " + words_of(ranking) + "; similar items " + words_of(similarity);
}

}  // namespace freshet
