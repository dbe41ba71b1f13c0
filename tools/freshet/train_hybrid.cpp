// `freshet train-hybrid`: models that were trained before become one, a weighted blend.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/evaluation/score_distribution.hpp"
#include "core/models/hybrid/hybrid_plan.hpp"
#include "io/artifacts/model_blend.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/store/event_weights.hpp"
#include "io/store/store_settings.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/model_source.hpp"
#include "tools/freshet/trained_output.hpp"

namespace freshet::tools {
namespace {

/// Enough to know how scores are distributed.
constexpr double users_measured = 20'000;

struct train_hybrid_flags {
  std::vector<std::string> directories;
  std::string db;
  /// One for each directory, or none.
  std::vector<double> weights;
  std::uint32_t cold_start_threshold = hybrid_options{}.cold_start_threshold;
  std::string cold_start_strategy{cold_start_words().front()};
  std::uint64_t seed = 42;
  output_flags output;

  hybrid_options blending() const {
    const auto& words = cold_start_words();
    const auto found = std::ranges::find(words, cold_start_strategy) - words.begin();
    return {.cold_start_threshold = cold_start_threshold, .strategy = static_cast<enum cold_start_strategy>(found)};
  }
  double weight_of(std::size_t part) const { return weights.empty() ? 1 : weights[part]; }
};

result<std::vector<loaded_model>> load_parts(const train_hybrid_flags& flags) {
  if (!flags.weights.empty() && flags.weights.size() != flags.directories.size()) {
    return error{error_code::invalid_argument, std::to_string(flags.weights.size()) + " weights for " +
                                                   std::to_string(flags.directories.size()) +
                                                   " models; give one for each, in their order"};
  }
  std::vector<loaded_model> parts;
  for (const auto& directory : flags.directories) {
    FRESHET_ASSIGN(auto part, load_model_at(directory));
    parts.push_back(std::move(part));
  }
  return parts;
}

/// Users to measure scores with, in the rows of the blend.
result<training_data> read_users(const options& settings, const std::vector<std::string>& item_ids,
                                 const train_hybrid_flags& flags, stop_request& stop) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path, to_store_options(settings)));
  FRESHET_ASSIGN(auto rows, rows_behind_model(*store, item_ids));
  for (auto& row : rows.row_of) {
    if (row && to_integer(*row) >= item_ids.size()) row.reset();
  }
  FRESHET_ASSIGN(const auto counts, store->counts());
  const auto weights = strengths_by_type(settings.events, store->event_types());
  const sample drawn{.rate = users_measured / std::max(1.0, static_cast<double>(counts.users)), .seed = flags.seed};
  training_data read;
  FRESHET_TRY(for_each_user(*store, drawn, [&](const std::string&, std::span<const interaction> history) {
    add_user(read, history, rows.row_of, weights);
    return !stop.is_made();
  }));
  read.strengths.widen(item_ids.size());
  if (read.strengths.entries() == 0) {
    return error{error_code::invalid_argument,
                 settings.store.path +
                     " holds no events on the items of these models; scores are measured with its users before they "
                     "are blended"};
  }
  return read;
}

/// What would train the same blend again: `freshet train hybrid --params-file`.
parameters parameters_of(const std::vector<loaded_model>& parts, const train_hybrid_flags& flags) {
  parameters all{{"cold_start_threshold", double{1} * flags.cold_start_threshold},
                 {"cold_start_strategy", flags.cold_start_strategy}};
  for (std::size_t p = 0; p < parts.size(); ++p) {
    all[part_parameter(p, "model")] = parts[p].metadata.model_type;
    all[part_parameter(p, "weight")] = flags.weight_of(p);
    const auto given = parameters_from_json(parts[p].params.empty() ? "{}" : parts[p].params);
    if (!given) continue;
    for (const auto& [name, value] : *given) all[part_parameter(p, "params." + name)] = value;
  }
  return all;
}

/// Nothing where one of them does not say.
std::optional<unix_seconds> newest_event(const std::vector<loaded_model>& parts) {
  std::optional<unix_seconds> newest = parts.front().metadata.trained_until;
  for (const auto& part : parts) {
    if (!part.metadata.trained_until) return std::nullopt;
    newest = std::max(newest, part.metadata.trained_until);
  }
  return newest;
}

result<loaded_model> blend(std::vector<loaded_model> parts, const options& settings, const train_hybrid_flags& flags,
                           stop_request& stop) {
  loaded_model blended{.item_ids = union_of_items(parts)};
  FRESHET_ASSIGN(auto aligned, align_parts(parts, blended.item_ids));
  FRESHET_ASSIGN(const auto users, read_users(settings, blended.item_ids, flags, stop));
  std::vector<hybrid_part> weighted;
  for (std::size_t p = 0; p < aligned.size(); ++p) {
    const double deviation = score_deviation(*aligned[p], users, flags.seed);
    weighted.push_back({std::move(aligned[p]), flags.weight_of(p), deviation});
  }
  FRESHET_ASSIGN(blended.served, hybrid_model::blend(std::move(weighted), flags.blending()));
  const auto scores = sample_scores(*blended.served, users, flags.seed);
  blended.metadata = {.model_type = "hybrid",
                      .created_at = system_clock().now_seconds(),
                      .trained_until = newest_event(parts),
                      .scores = {scores.min, scores.max, scores.mean, scores.std, scores.p01, scores.p99},
                      .seed = flags.seed,
                      .data_hash = to_hex(users.strengths.hash())};
  blended.params = to_json(parameters_of(parts, flags));
  blended.parts = std::move(parts);
  return blended;
}

void print_parts(const loaded_model& blended, const train_hybrid_flags& flags) {
  const auto& blend = dynamic_cast<const hybrid_model&>(*blended.served);
  const auto weights = blend.weights_for(flags.cold_start_threshold);
  const auto cold = blend.weights_for(0);
  std::printf("hybrid: %zu items\n", blended.item_ids.size());
  for (std::size_t p = 0; p < weights.size(); ++p) {
    std::printf("  %-12s %6zu items  weight %.3f", blended.parts[p].metadata.model_type.c_str(),
                blended.parts[p].item_ids.size(), weights[p]);
    if (flags.cold_start_threshold > 0) {
      std::printf(", %.3f under %u items", cold[p], static_cast<unsigned>(flags.cold_start_threshold));
    }
    std::printf("\n");
  }
}

int train_hybrid(const invocation& call, const train_hybrid_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("train-hybrid", settings.failure());
  stop_request stop;
  auto parts = load_parts(flags);
  if (!parts) return fail("train-hybrid", parts.failure());
  const auto blended = blend(*std::move(parts), *settings, flags, stop);
  if (!blended) {
    const int code = fail("train-hybrid", blended.failure());
    return stop.is_made() ? stop.exit_code() : code;
  }
  print_parts(*blended, flags);
  const auto done = save(*blended, {}, *settings, flags.output);
  if (!done) return fail("train-hybrid", done.failure());
  print_saved(*done);
  return exit_ok;
}

}  // namespace

void add_train_hybrid(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "train-hybrid", "Blends models that were trained before into one.",
                              "freshet train-hybrid model_artifacts/als model_artifacts/ease --weights 0.4,0.6 --db "
                              "data/recsys.db --output artifacts/cf --register");
  auto flags = std::make_shared<train_hybrid_flags>();
  command.add_option("directories", flags->directories, "Model directories, or artifacts roots with a current model")
      ->required();
  command.add_option("--weights", flags->weights, "One for each model, in their order; all 1 where none is given")
      ->delimiter(',');
  command
      .add_option("--cold-start-threshold", flags->cold_start_threshold,
                  "Users with fewer different items get the weights of the strategy; 0 = nobody")
      ->capture_default_str();
  command
      .add_option("--cold-start-strategy", flags->cold_start_strategy,
                  "content_boost: parts that know content count twice; content_only: only those; equal: all the same")
      ->check(CLI::IsMember(std::vector<std::string>(cold_start_words().begin(), cold_start_words().end())))
      ->capture_default_str();
  command.add_option("--db", flags->db, "Database directory with users to measure scores with (store.path)");
  command.add_option("--output", flags->output.directory,
                     "Directory of the model; with --register the artifacts root with registry.json (model.dir)");
  command.add_option("--seed", flags->seed, "Seed of the sample of users")->capture_default_str();
  command.add_flag("--register", flags->output.registered,
                   "Give it a version, add it to the registry and let it serve");
  command.callback([&call, flags] { call.run = [&call, flags] { return train_hybrid(call, *flags); }; });
}

}  // namespace freshet::tools
