#include "actors/generation/generation.hpp"

#include <algorithm>
#include <cmath>
#include <future>

#include "actors/generation/approximate_lists.hpp"
#include "core/linalg/kernels.hpp"
#include "core/models/pairwise/lightfm.hpp"
#include "core/models/parallel.hpp"
#include "core/models/popularity/popularity.hpp"
#include "io/store/forgotten.hpp"

namespace freshet {
namespace {

/// Rows that can be taken in before `known` must move.
constexpr std::size_t spare_rows_min = 1024;
/// Of the ridge regression from content to factors, in units of squared content: rows have length 1.
constexpr double content_regularization = 5;

catalogue_list slice(const item_scores& scores, std::size_t items, std::size_t scorers) {
  const std::size_t count = items <= whole_rows_max ? 1 : scorers;
  const auto rows = cut_rows(items, count);
  std::vector<std::optional<slice_scan>> made(count);
  parallel_for(count, count, [&](std::size_t each, std::size_t) { made[each].emplace(scores, rows[each]); });
  std::vector<slice_scan> slices;
  slices.reserve(count);
  for (auto& each : made) slices.push_back(*std::move(each));
  return {std::make_shared<const std::vector<slice_scan>>(std::move(slices)), nullptr, nullptr};
}

/// Numbers the rows; the scans are built by the caller.
void map_rows(generation& made, std::vector<item_index> index_of_row) {
  made.index_of_row = std::move(index_of_row);
  std::size_t numbers = 0;
  for (const auto index : made.index_of_row) numbers = std::max<std::size_t>(numbers, to_integer(index) + 1);
  made.row_of_index.assign(numbers, std::nullopt);
  for (std::size_t row = 0; row < made.index_of_row.size(); ++row) {
    made.row_of_index[to_integer(made.index_of_row[row])] = item_row{static_cast<std::uint32_t>(row)};
  }
}

/// Events per row: what the fallback list is ranked by.
result<std::shared_ptr<const popularity_model>> popularity_of_rows(const generation& made, const event_store& store) {
  FRESHET_ASSIGN(const auto counts, store.item_event_counts());
  std::vector<float> scores(made.rows(), 0);
  for (std::size_t row = 0; row < scores.size(); ++row) {
    const auto number = to_integer(made.index_of_row[row]);
    if (number < counts.size()) scores[row] = static_cast<float>(counts[number]);
  }
  return std::make_shared<const popularity_model>(std::move(scores));
}

/// Keeps the popularity model alive as long as the scan that views it.
void use_popularity(generation& made, std::shared_ptr<const popularity_model> popular, std::size_t slices) {
  made.popularity = slice(popular->scores(), made.rows(), slices);
  made.popular = std::move(popular);
}

/// What is known of the rows' items; null where that is nothing.
struct row_metadata {
  explicit row_metadata(const generation& made, const item_catalogue& catalogue) {
    for (const auto index : made.index_of_row) {
      views.push_back(catalogue.view(index));
      items.push_back(views.back() ? &views.back()->metadata() : nullptr);
    }
  }

  /// Keeps `items` alive whatever is updated meanwhile.
  std::vector<std::shared_ptr<const http::item_view>> views;
  std::vector<const item*> items;
};

/// Leaves out what is not by factors; all of it where no item has content.
void learn_factors(catalogue_knowledge& learnt, const model& served) {
  std::vector<dense_scores> targets;
  std::vector<std::optional<content_map>*> maps;
  const auto add = [&](const item_scores& scores, std::optional<content_map>& map) {
    if (const auto* dense = std::get_if<dense_scores>(&scores)) {
      targets.push_back(*dense);
      maps.push_back(&map);
    }
  };
  add(served.scores(), learnt.to_factors);
  add(served.similarity_scores(), learnt.to_similarity);
  auto fitted = content_map::fit(learnt.known->content.view(), targets, content_regularization);
  for (std::size_t each = 0; each < fitted.size(); ++each) {
    if (fitted[each]) *maps[each] = *std::move(fitted[each]);
  }
}

/// Whether the scores are cosines: every row has length 1 or 0.
bool has_unit_rows(const item_scores& scores) {
  const auto* dense = std::get_if<dense_scores>(&scores);
  if (dense == nullptr || !dense->bias.empty()) return false;
  for (std::size_t row = 0; row < dense->factors.rows(); ++row) {
    const auto of_row = dense->factors.row(row);
    const float squared = best_kernels().dot(of_row.data(), of_row.data(), of_row.size());
    if (squared != 0 && std::abs(squared - 1) > 1e-3F) return false;
  }
  return true;
}

status describe_rows(generation& made, std::span<const std::string> item_ids, const generation_context& context) {
  const row_metadata rows(made, *context.catalogue);
  const std::size_t spare_rows = std::max(spare_rows_min, made.rows() / 8);
  FRESHET_ASSIGN(auto opened, item_content::open(rows.items, item_ids, context.content, spare_rows));
  const auto counts = std::get<constant_scores>(made.popular->scores()).scores;
  auto known = std::make_shared<item_signals>(signals_of(rows.items, counts, std::move(opened.vectors)));
  known->reserve(made.rows() + spare_rows);
  catalogue_knowledge learnt{.content = std::move(opened.content), .cold_start = context.cold_start, .known = known};
  made.known = *known;
  made.known_at_load = known;
  made.cold_start_bias = std::make_shared<const std::vector<float>>(cold_start_bias(*known, context.cold_start));
  // Beside what is learnt below, which does not look at these lists.
  auto lists = std::async(std::launch::async, [&context, into = &made] {
    into->cold_start = slice(dense_scores{into->known.content, *into->cold_start_bias}, into->rows(), context.slices);
    into->content = slice(dense_scores{into->known.content, {}}, into->rows(), context.slices);
  });
  learn_factors(learnt, *made.served);
  learnt.unit_similarity = has_unit_rows(made.served->similarity_scores());
  if (const auto* als = dynamic_cast<const als_model*>(made.served.get()); als != nullptr) {
    learnt.by_users = std::make_shared<const als_item_fold_in>(made.user_factors->view(), als->options());
  }
  if (const auto* lightfm = dynamic_cast<const lightfm_model*>(made.served.get());
      lightfm != nullptr && lightfm->features()) {
    learnt.features = std::make_shared<const feature_index>(lightfm->features()->names, rows.items);
  }
  lists.get();
  made.knowledge = std::make_shared<const catalogue_knowledge>(std::move(learnt));
  return success{};
}

}  // namespace

matrix_view<const float> generation::likeness() const {
  if (known.has_content()) return known.content;
  const auto scores = served->similarity_scores();
  const auto* dense = std::get_if<dense_scores>(&scores);
  return dense == nullptr || !dense->bias.empty() ? matrix_view<const float>() : dense->factors;
}

item_row generation::row_of(item_index index) const {
  const auto place = to_integer(index);
  if (place < row_of_index.size() && row_of_index[place]) return *row_of_index[place];
  const auto behind = tail_row_of_index.find(index);
  return behind == tail_row_of_index.end() ? no_row : behind->second;
}

std::optional<user_row> generation::row_of_user(std::string_view user_id) const {
  if (!trained_users) return std::nullopt;
  const auto found = trained_users->find(user_id);
  if (found == trained_users->end()) return std::nullopt;
  return found->second;
}

result<generation_ptr> make_generation(loaded_model loaded, std::string model_id, std::uint64_t number,
                                       const generation_context& context) {
  FRESHET_ASSIGN(auto numbers, context.store->intern_items(loaded.item_ids));
  FRESHET_TRY(context.catalogue->refresh(*context.store));

  auto made = std::make_shared<generation>();
  made->number = number;
  made->model_id = std::move(model_id);
  made->loaded_at = context.time->now_seconds();
  made->metadata = std::move(loaded.metadata);
  made->served = std::move(loaded.served);
  made->user_factors = std::make_shared<const matrix<float>>(std::move(loaded.user_factors));
  made->integer_item_ids = context.catalogue->integer_ids();
  auto users = std::make_shared<string_map<user_row>>();
  users->reserve(loaded.user_ids.size());
  for (std::size_t row = 0; row < loaded.user_ids.size(); ++row) {
    if (loaded.user_ids[row].empty()) continue;
    // Learnt by a training that began before an erasure and ended after it.
    FRESHET_ASSIGN(const bool forgotten, is_forgotten(*context.store, loaded.user_ids[row]));
    if (forgotten) continue;
    users->emplace(std::move(loaded.user_ids[row]), user_row{static_cast<std::uint32_t>(row)});
  }
  made->trained_users = std::move(users);
  map_rows(*made, std::move(numbers));
  // Beside what follows, which does not look at these lists.
  auto lists = std::async(std::launch::async, [&context, into = made.get()] {
    into->ranking = slice(into->served->scores(), into->rows(), context.slices);
    into->similarity = slice(into->served->similarity_scores(), into->rows(), context.slices);
  });
  FRESHET_ASSIGN(auto popular, popularity_of_rows(*made, *context.store));
  use_popularity(*made, std::move(popular), context.slices);
  FRESHET_TRY(describe_rows(*made, loaded.item_ids, context));
  lists.get();
  index_lists(*made, context.faiss);
  return generation_ptr(std::move(made));
}

result<generation_ptr> popularity_generation(std::uint64_t number, const generation_context& context) {
  FRESHET_TRY(context.catalogue->refresh(*context.store));
  auto made = std::make_shared<generation>();
  made->number = number;
  made->loaded_at = context.time->now_seconds();
  std::vector<item_index> numbers;
  for (std::size_t index = 0; index < context.catalogue->size(); ++index) {
    numbers.push_back(item_index{static_cast<std::uint32_t>(index)});
  }
  map_rows(*made, std::move(numbers));
  made->integer_item_ids = context.catalogue->integer_ids();
  FRESHET_ASSIGN(auto popular, popularity_of_rows(*made, *context.store));
  made->served = popular;
  made->metadata.model_type = std::string(popular->type());
  made->metadata.items = made->rows();
  made->ranking = slice(popular->scores(), made->rows(), context.slices);
  made->similarity = slice(popular->similarity_scores(), made->rows(), context.slices);
  use_popularity(*made, std::move(popular), context.slices);
  const row_metadata rows(*made, *context.catalogue);
  auto known = std::make_shared<item_signals>(signals_of(
      rows.items, std::get<constant_scores>(made->popular->scores()).scores, matrix<float>(made->rows(), 0)));
  made->known = *known;
  made->knowledge = std::make_shared<const catalogue_knowledge>(
      catalogue_knowledge{.content = {}, .cold_start = {}, .known = std::move(known)});
  return generation_ptr(std::move(made));
}

}  // namespace freshet
