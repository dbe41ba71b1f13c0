// What:    one model in service with everything an answer needs from it: an immutable snapshot.
// Why:     a request holds one generation from start to end, so one answer never mixes two models (promise Q1); the
//          old one dies with its last request, so a swap fails none (promise S1).
// Shapes:  rows are the model's; index_of_row maps them to the store's item numbers, row_of_index back.
// Threads: built by one thread off the serving path, immutable afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/item_catalogue.hpp"
#include "config/options.hpp"
#include "core/data/string_map.hpp"
#include "core/data/training_data.hpp"
#include "core/ranking/reranking/hybrid_reranker.hpp"
#include "core/ranking/slice_scan.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/store/event_store.hpp"

namespace freshet {

/// Value of generation::row_of for an item that the model does not know.
inline constexpr item_row no_row{UINT32_MAX};

/// The catalogue in scan layout, cut into as many slices as there are scorers.
using sliced_catalogue = std::vector<slice_scan>;

struct generation {
  std::uint64_t number{};
  /// Empty when nothing was trained yet: then `served` is the popularity of the items seen so far.
  std::string model_id;
  std::shared_ptr<const model> served;
  model_metadata metadata;
  unix_seconds loaded_at{};

  std::vector<item_index> index_of_row;
  row_of_item row_of_index;
  bool integer_item_ids = false;

  /// Users that the model was trained with and their vectors: for users without a retained event.
  string_map<user_row> trained_users;
  matrix<float> user_factors;

  sliced_catalogue ranking;
  sliced_catalogue similarity;
  /// Popularity over the same rows: the fallback list.
  sliced_catalogue popularity;
  /// What `popularity` views.
  std::shared_ptr<const model> popular;

  /// Content, popularity and quality by row; no content where nothing was trained.
  item_signals known;
  /// The list of users of whom the model can say nothing: likeness to what they touched, blended with popularity. Empty
  /// where there is no content.
  sliced_catalogue cold_start;
  /// What `cold_start` views besides the content.
  std::vector<float> cold_start_bias;

  /// How alike two rows are as a product of rows of length 1 or 0: by content, else by the model; else no columns.
  matrix_view<const float> likeness() const;

  bool trained() const { return !model_id.empty(); }
  std::size_t items() const { return index_of_row.size(); }
  item_row row_of(item_index index) const {
    const auto place = to_integer(index);
    return place < row_of_index.size() ? row_of_index[place].value_or(no_row) : no_row;
  }
};
using generation_ptr = std::shared_ptr<const generation>;

struct generation_context {
  event_store* store = nullptr;
  item_catalogue* catalogue = nullptr;
  const clock* time = nullptr;
  std::size_t slices = 1;
  content_options content;
  cold_start_weights cold_start;
};

/// A generation that serves the model in `directory`. Cost: reads and checks every file; never on the serving path.
/// Errors: whatever load_model and read_item_embeddings refuse, and the store's.
[[nodiscard]] result<generation_ptr> load_generation(const std::filesystem::path& directory, std::string model_id,
                                                     std::uint64_t number, const generation_context& context);

/// The generation of a service without a model: what is popular so far.
[[nodiscard]] result<generation_ptr> popularity_generation(std::uint64_t number, const generation_context& context);

}  // namespace freshet
