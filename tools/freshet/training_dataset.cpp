#include "tools/freshet/training_dataset.hpp"
#include "io/store/store_settings.hpp"

#include <algorithm>
#include <cstdio>

#include "core/data/feature_table.hpp"
#include "io/artifacts/item_embeddings.hpp"
#include "io/store/event_store.hpp"
#include "io/store/event_weights.hpp"
#include "tools/freshet/interaction_data.hpp"

namespace freshet::tools {
namespace {

result<std::shared_ptr<const item_features>> read_features(const event_store& store, const model_rows& rows) {
  feature_table table(rows.item_ids.size());
  FRESHET_TRY(store.for_each_item([&](item_index index, const item& described) {
    const auto number = to_integer(index);
    if (number < rows.row_of.size() && rows.row_of[number]) table.add(*rows.row_of[number], described);
  }));
  auto features = std::make_shared<const item_features>(table.finish());
  if (features->names.empty()) {
    return error{
        error_code::invalid_argument,
        store.path().string() +
            " knows no feature that two items share; `freshet ingest --items FILE` adds categories and brands"};
  }
  return features;
}

}  // namespace

result<std::shared_ptr<const item_embeddings>> read_embeddings(const std::string& path,
                                                               const std::vector<std::string>& item_ids) {
  FRESHET_ASSIGN(const auto given, read_item_embeddings(path));
  auto aligned = std::make_shared<const item_embeddings>(align(given, item_ids));
  const auto known = std::count(aligned->known.begin(), aligned->known.end(), true);
  if (known == 0) {
    return error{error_code::invalid_argument, path +
                                                   " has no vector for any of the items with events; are its ids "
                                                   "those of the events?"};
  }
  std::fprintf(stderr, "%s: vectors of %td of %zu items\n", path.c_str(), known, item_ids.size());
  return aligned;
}

status add_side_data(const event_store& store, const model_rows& rows, const side_data_flags& flags,
                     training_data& data) {
  if (flags.use_item_features) {
    FRESHET_ASSIGN(data.features, read_features(store, rows));
  }
  if (!flags.embeddings.empty()) {
    FRESHET_ASSIGN(data.embeddings, read_embeddings(flags.embeddings, rows.item_ids));
  }
  return success{};
}

result<training_dataset> read_training_dataset(const options& settings, const dataset_flags& flags,
                                               stop_request& stop) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
  FRESHET_ASSIGN(auto rows, rows_of_events(*store));
  const auto weights = strengths_by_type(settings.events, store->event_types());
  training_dataset read;
  FRESHET_ASSIGN(const auto counts, store->counts());
  read.events = counts.events;
  FRESHET_TRY(for_each_user(*store, {.rate = flags.sample_rate, .seed = flags.seed},
                            [&](const std::string& id, std::span<const interaction> history) {
                              add_user(read.data, history, rows.row_of, weights);
                              read.user_ids.push_back(id);
                              return !stop.is_made();
                            }));
  read.data.strengths.widen(rows.item_ids.size());
  if (read.data.strengths.entries() == 0) {
    return error{error_code::invalid_argument, settings.store.path + " holds no events to train on" +
                                                   (flags.sample_rate < 1 ? " in this sample" : "") +
                                                   "; `freshet ingest --events FILE` adds some"};
  }
  FRESHET_TRY(add_side_data(*store, rows, flags, read.data));
  read.item_ids = std::move(rows.item_ids);
  return read;
}

}  // namespace freshet::tools
