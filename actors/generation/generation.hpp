// What:    one model in service with everything an answer needs from it: an immutable snapshot.
// Why:     a request holds one generation from start to end, so one answer never mixes two models (promise Q1); the
//          old one dies with its last request, so a swap fails none (promise S1).
// Shapes:  rows are the model's; index_of_row maps them to the store's item numbers, row_of_index back.
// Tail:    items that came after the training stand in rows behind the model's. A generation with more of them is a
//          copy that shares everything heavy and has the same number: queries of users stay good.
// Threads: built by one thread off the serving path, immutable afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/generation/item_catalogue.hpp"
#include "actors/generation/live_figures.hpp"
#include "actors/generation/newcomer_audience.hpp"
#include "actors/generation/newcomer_factors.hpp"
#include "config/options.hpp"
#include "core/data/feature_table.hpp"
#include "core/data/string_map.hpp"
#include "core/data/training_data.hpp"
#include "core/models/als/als.hpp"
#include "core/models/content_map.hpp"
#include "core/ranking/approximate/approximate_index.hpp"
#include "core/ranking/reranking/hybrid_reranker.hpp"
#include "core/ranking/slice_scan.hpp"
#include "core/ranking/tail_scan.hpp"
#include "io/artifacts/item_content.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

/// Value of generation::row_of for an item that has no row.
inline constexpr item_row no_row{UINT32_MAX};

/// What was learnt of the catalogue when the model was loaded, to take in items that come later.
struct catalogue_knowledge {
  item_content content;
  /// From content to the factors of the ranking (the bias behind them, where it has one); none where the ranking is not
  /// by factors, or nothing could be learnt.
  std::optional<content_map> to_factors;
  /// The same to the rows of the similarity, which have length 1 where `unit_similarity`.
  std::optional<content_map> to_similarity;
  bool unit_similarity = false;
  /// Of als: gives factors to items that enough users touched.
  std::shared_ptr<const als_item_fold_in> by_users;
  /// Of lightfm that learnt from features.
  std::shared_ptr<const feature_index> features;
  cold_start_weights cold_start;
  /// Rows are appended behind those that generations view, by the model loader's thread alone.
  std::shared_ptr<item_signals> known;
};

/// Value of generation::index_of_row for a row without an item.
inline constexpr item_index no_item{UINT32_MAX};

/// A catalogue of up to so many rows is one slice, and one scorer ranks a request: sharing the work would cost more.
inline constexpr std::size_t whole_rows_max = 8192;

/// One list of the catalogue in scan layout: the model's rows cut into as many slices as there are scorers, or into
/// one, and the rows behind them.
struct catalogue_list {
  std::shared_ptr<const std::vector<slice_scan>> slices;
  /// One for each slice; null = no rows behind.
  std::shared_ptr<const std::vector<tail_scan>> tail;
  /// Over the model's rows, for requests that are content with nearly the best; null = exact only.
  std::shared_ptr<const approximate_index> index;

  explicit operator bool() const { return slices != nullptr; }
};

/// What became of the settings of faiss.
struct index_report {
  /// Empty = no index is configured.
  std::string described;
  /// Of the lists of users, of the likeness of items: the share of the exact best that the index finds; 1 = exact.
  double ranking_recall = 1;
  double similarity_recall = 1;
};

struct generation {
  std::uint64_t number{};
  /// Empty when nothing was trained yet: then `served` is the popularity of the items seen so far.
  std::string model_id;
  std::shared_ptr<const model> served;
  model_metadata metadata;
  unix_seconds loaded_at{};

  /// Of the model's rows, then of the tail's, which begin at the next multiple of 64; no_item in between.
  std::vector<item_index> index_of_row;
  /// The model's rows only: what may be in a query.
  row_of_item row_of_index;
  std::map<item_index, item_row> tail_row_of_index;
  bool integer_item_ids = false;

  /// Users that the model was trained with and their vectors: for users without a retained event.
  std::shared_ptr<const string_map<user_row>> trained_users;
  std::shared_ptr<const matrix<float>> user_factors;

  catalogue_list ranking;
  catalogue_list similarity;
  index_report indexed;
  /// Popularity over the same rows: the fallback list.
  catalogue_list popularity;
  /// Likeness to what a user of whom the model can say nothing has touched, blended with popularity. None where there
  /// is no content.
  catalogue_list cold_start;
  /// Likeness of content alone. None where there is no content.
  catalogue_list content;

  /// Content, popularity and quality by row; no content where nothing was trained.
  item_signals_view known;
  /// What the lists view besides the model and `known`.
  std::shared_ptr<const model> popular;
  std::shared_ptr<const std::vector<float>> cold_start_bias;
  std::shared_ptr<const item_signals> known_at_load;
  /// What `known` views and items that come later are taken in with; null where nothing was trained.
  std::shared_ptr<const catalogue_knowledge> knowledge;
  /// The model's rows that each row of the tail is like, from row `neighbours_from` on: for lists that are not by
  /// factors.
  row_neighbours tail_neighbours;
  item_row neighbours_from{};
  /// Of items behind the model's that enough users touched, or whose features the model knows; null = none yet.
  std::shared_ptr<const newcomer_factors> newcomers;

  /// How its answers fare; the one thing of it that changes.
  std::shared_ptr<live_figures> live = std::make_shared<live_figures>();

  /// How alike two rows are as a product of rows of length 1 or 0: by content, else by the model; else no columns.
  matrix_view<const float> likeness() const;

  /// Users that the model was trained with.
  std::size_t users() const { return trained_users ? trained_users->size() : 0; }
  bool trained() const { return !model_id.empty(); }
  /// Numbers of rows, those of the tail too.
  std::size_t rows() const { return index_of_row.size(); }
  /// Items that have a row.
  std::size_t items() const { return model_items() + tail_row_of_index.size(); }
  /// Rows that the model was trained with.
  std::size_t model_items() const { return served->items(); }
  bool in_model(item_row row) const { return to_integer(row) < model_items(); }
  item_index index_of(item_row row) const { return index_of_row[to_integer(row)]; }
  item_row row_of(item_index index) const;
  /// Nothing for a user that the model was not trained with.
  std::optional<user_row> row_of_user(std::string_view user_id) const;
};
using generation_ptr = std::shared_ptr<const generation>;

struct generation_context {
  event_store* store = nullptr;
  item_catalogue* catalogue = nullptr;
  const clock* time = nullptr;
  std::size_t slices = 1;
  content_options content;
  cold_start_weights cold_start;
  faiss_options faiss;
  events_options events;
  /// Null = items that come after the training are placed by their content alone.
  newcomer_audience* audience = nullptr;
};

/// The same generation with the items that got metadata or enough events since: they stand in rows behind the model's,
/// in every list, by what their content or those who touched them say. `base` itself when there are none; items of
/// which nothing is known wait for the next training. Rows once given out stay. Called from one thread only.
[[nodiscard]] generation_ptr extend(const generation_ptr& base, const generation_context& context);

/// A generation that serves this model. Cost: a pass over every list and every item's words, about .4 s for 100,000
/// items on two threads (a thread a slice at most, and one more); never on the serving path. Errors: whatever
/// read_item_embeddings refuses, and the store's.
[[nodiscard]] result<generation_ptr> make_generation(loaded_model loaded, std::string model_id, std::uint64_t number,
                                                     const generation_context& context);

/// The generation of a service without a model: what is popular so far.
[[nodiscard]] result<generation_ptr> popularity_generation(std::uint64_t number, const generation_context& context);

}  // namespace freshet
