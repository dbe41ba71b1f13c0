#include "tools/freshet/gate.hpp"

#include <algorithm>
#include <cstdio>

#include "core/base/hash.hpp"
#include "core/evaluation/evaluate.hpp"
#include "core/evaluation/metric_name.hpp"
#include "core/evaluation/temporal_global.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/store/event_weights.hpp"
#include "io/store/store_settings.hpp"
#include "tools/freshet/warm_start.hpp"

namespace freshet::tools {
namespace {

/// Asking more users would tell no more.
constexpr std::size_t cases_max = 20'000;
/// So many times are enough to know when the newest part of the events began.
constexpr std::uint64_t sampled_times = 1'000'000;
/// The newest events suffice where they are at least this part of all, and so many.
constexpr double new_share_min = .01;
constexpr std::uint64_t new_events_min = 50;

struct held_out {
  unix_seconds from{};
  /// The model in service knows nothing of it.
  bool is_fair = false;
};

/// The newest part, and the part that came after the model in service: the later of both where it is enough.
struct newest_events {
  unix_seconds by_share{};
  std::optional<unix_seconds> after_training;
  std::uint64_t after_training_count = 0;
  std::uint64_t count = 0;

  held_out choose() const {
    if (after_training && by_share > *after_training) return {by_share, true};
    const double enough = std::max<double>(new_events_min, new_share_min * static_cast<double>(count));
    if (after_training && static_cast<double>(after_training_count) >= enough) return {*after_training + 1, true};
    return {by_share, false};
  }
};

result<newest_events> find_newest(const event_store& store, double share, std::optional<unix_seconds> trained_until) {
  FRESHET_ASSIGN(const auto counts, store.counts());
  const std::uint64_t stride = counts.events / sampled_times + 1;
  newest_events found{.after_training = trained_until};
  std::vector<unix_seconds> times;
  FRESHET_ASSIGN(const auto positions, store.for_each_event([&](const interaction& each) {
    if (found.count++ % stride == 0) times.push_back(each.ts);
    if (trained_until && each.ts > *trained_until) ++found.after_training_count;
    return true;
  }));
  static_cast<void>(positions);
  if (times.empty()) {
    return error{error_code::invalid_argument,
                 store.path().string() + " holds no events to train on; `freshet ingest --events FILE` adds some"};
  }
  found.by_share = split_time_of(times, share);
  return found;
}

struct split_data {
  training_dataset rest;
  evaluation_cases cases;
};

result<split_data> split(const event_store& store, const options& settings, const loaded_model& current,
                         unix_seconds from, stop_request& stop) {
  FRESHET_ASSIGN(auto rows, rows_behind_model(store, current.item_ids));
  const auto weights = strengths_by_type(settings.events, store.event_types());
  split_data made;
  auto& data = made.rest.data;
  FRESHET_TRY(for_each_user(store, {}, [&](const std::string& id, std::span<const interaction> history) {
    hold_out_after(from, history, rows.row_of, weights, data, made.cases);
    made.rest.user_ids.push_back(id);
    return !stop.is_made();
  }));
  data.strengths.widen(rows.item_ids.size());
  made.rest.item_ids = std::move(rows.item_ids);
  if (made.cases.size() > cases_max) {
    const double kept = static_cast<double>(cases_max) / static_cast<double>(made.cases.size());
    made.cases.keep_if([kept](const evaluation_case& each) {
      const std::uint32_t number = to_integer(each.user);
      return static_cast<double>(hash64({reinterpret_cast<const char*>(&number), sizeof number}) >> 11) * 0x1.0p-53 <
             kept;
    });
  }
  return made;
}

/// The family of the model in service with its parameters; an error where this program cannot train it.
result<trained_model> train_again(const loaded_model& current, const training_data& rest, const training_flags& flags,
                                  stop_request& stop) {
  FRESHET_ASSIGN(const trainer* family, find_trainer(current.metadata.model_type));
  FRESHET_ASSIGN(const auto defaults, family->complete({}));
  FRESHET_ASSIGN(const auto given, known_parameters_from_json(current.params, defaults));
  FRESHET_ASSIGN(const auto completed, family->complete(given));
  return train_with_progress(*family, rest, completed, {.seed = flags.seed, .threads = flags.threads}, stop);
}

/// Ranks as the service does for those of whom a model knows nothing.
result<std::shared_ptr<const model>> popular_of(const training_data& rest) {
  FRESHET_ASSIGN(const trainer* family, find_trainer("popularity"));
  FRESHET_ASSIGN(const auto completed, family->complete({}));
  FRESHET_ASSIGN(const auto trained, family->train(rest, completed, {}));
  return trained.served;
}

}  // namespace

result<gated_candidate> compare_with_current(const options& settings, const trainer& family,
                                             const parameters& completed, const training_flags& flags,
                                             const model_in_service& current, stop_request& stop) {
  const auto& gate = settings.retrain.quality_gate;
  FRESHET_ASSIGN(const auto metric, parse_metric(gate.metric));
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
  FRESHET_ASSIGN(const auto newest, find_newest(*store, gate.held_out_share, current.model.metadata.trained_until));
  auto chosen = newest.choose();
  FRESHET_ASSIGN(auto data, split(*store, settings, current.model, chosen.from, stop));
  if (data.cases.size() == 0 && chosen.from != newest.by_share) {
    chosen = {newest.by_share, false};
    FRESHET_ASSIGN(data, split(*store, settings, current.model, chosen.from, stop));
  }
  gated_candidate made{.figures = {.metric = to_string(metric),
                                   .current_model_id = current.model_id,
                                   .min_ratio = gate.min_ratio_to_current,
                                   .cases = data.cases.size(),
                                   .held_out_from = chosen.from}};
  if (data.cases.size() == 0) {
    std::fprintf(stderr, "nobody turned to something new of late; the candidate is compared with nothing\n");
    return made;
  }
  // The data outlives the cases.
  data.cases.told = told_by(std::shared_ptr<const training_data>(std::shared_ptr<void>(), &data.rest.data));
  auto with = flags;
  std::optional<warm_start> before;
  // What the model in service learnt of the held-out events must not help the candidate.
  if (chosen.is_fair && flags.from != nullptr) {
    auto known = warm_start_from(current.model, family, completed, data.rest.item_ids, data.rest.user_ids);
    if (known) before = *std::move(known);
  }
  with.from = before ? &*before : nullptr;
  FRESHET_ASSIGN(made.trained, train_with_progress(family, data.rest.data, completed, with, stop));
  std::shared_ptr<const model> compared = current.model.served;
  if (!chosen.is_fair && !stop.is_made()) {
    auto again = train_again(current.model, data.rest.data, flags, stop);
    if (again) {
      compared = again->served;
      made.figures.current_trained_again = true;
    } else {
      std::fprintf(stderr, "%s is compared as it is, although it was trained on what is held out: %s\n",
                   current.model_id.c_str(), again.failure().message.c_str());
    }
  }
  if (stop.is_made()) return error{error_code::cancelled, "stopped before the candidate was compared"};
  FRESHET_ASSIGN(const auto popular, popular_of(data.rest.data));
  const evaluation_options how{.topk = {metric.k}, .threads = flags.threads, .fallback = popular.get()};
  made.figures.candidate = evaluate(*made.trained.served, data.cases, how).by_length.front().mean.*metric.value;
  made.figures.current = evaluate(*compared, data.cases, how).by_length.front().mean.*metric.value;
  made.data = std::move(data.rest);
  return made;
}

}  // namespace freshet::tools
