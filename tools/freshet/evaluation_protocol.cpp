#include "tools/freshet/evaluation_protocol.hpp"

#include "core/evaluation/temporal_loo.hpp"
#include "io/store/event_weights.hpp"
#include "tools/freshet/interaction_data.hpp"

namespace freshet::tools {
namespace {

result<protocol_data> read_database(const options& settings, const std::optional<std::vector<std::string>>& model_items,
                                    stop_request& stop) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path));
  FRESHET_ASSIGN(auto rows, model_items ? rows_behind_model(*store, *model_items) : rows_of_events(*store));
  const auto weights = strengths_by_type(settings.events, store->event_types());
  protocol_data data{.item_ids = std::move(rows.item_ids)};
  training_data train;
  FRESHET_TRY(for_each_user(*store, {}, [&](const std::string& id, std::span<const interaction> history) {
    hold_out_last(history, rows.row_of, weights, train, data.cases);
    data.user_ids.push_back(id);
    return !stop.is_made();
  }));
  train.strengths.widen(data.item_ids.size());
  if (data.cases.size() == 0) {
    return error{error_code::invalid_argument, settings.store.path +
                                                   " has no user with events on two items; temporal-loo holds one out "
                                                   "and predicts it from the others"};
  }
  data.train = std::make_shared<const training_data>(std::move(train));
  data.cases.told = told_by(data.train);
  return data;
}

}  // namespace

std::vector<std::string> protocol_names() {
  return {"temporal-loo", "files", "sessions"};
}

bool reads_files(const std::string& protocol) {
  return protocol == "files" || protocol == "sessions";
}

result<protocol_data> read_protocol(const options& settings, const protocol_flags& flags,
                                    const std::optional<std::vector<std::string>>& model_items, stop_request& stop) {
  if (reads_files(flags.name)) return read_protocol_files(flags, model_items);
  return read_database(settings, model_items, stop);
}

}  // namespace freshet::tools
