// `freshet evaluate`: how well models name what users did, by the protocols in which results are published.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "core/base/hash.hpp"
#include "core/evaluation/evaluate.hpp"
#include "core/evaluation/metric_name.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/events/timestamp.hpp"
#include "io/files/atomic_file.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/evaluation_output.hpp"
#include "tools/freshet/evaluation_protocol.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/model_source.hpp"
#include "tools/freshet/model_training.hpp"
#include "tools/freshet/plot.hpp"

namespace freshet::tools {
namespace {

struct evaluate_flags {
  std::string model_dir;
  std::vector<std::string> models;
  std::string db;
  /// One for each of `models`, in their order; those without one take the defaults.
  std::vector<std::string> params;
  std::string params_file;
  training_flags training;
  protocol_flags protocol;
  std::vector<std::size_t> topk{10, 20};
  std::string idcg = "truncated";
  bool baselines = false;
  bool allow_leak = false;
  bool as_json = false;
  std::uint32_t resamples = 1'000;
  std::string output;
  std::string lists;
  std::string curve;

  evaluation_options how() const {
    return {
        .topk = topk, .threads = training.threads, .ideal = idcg == "full" ? ideal_gain::full : ideal_gain::truncated};
  }
  parameter_flags given_for(std::size_t model) const {
    return {.json = model < params.size() ? params[model] : "", .file = params_file};
  }
};

struct evaluation {
  const evaluate_flags& flags;
  const options& settings;
  stop_request& stop;
  protocol_data data;
  /// For those of whom nothing is told.
  std::shared_ptr<const model> popular;
  evaluation_run run;
};

/// Only what a model has not seen measures it.
status leave_out_leaks(const model_metadata& trained, evaluation& in) {
  if (in.flags.allow_leak) return success{};
  constexpr const char* remedy =
      "evaluate newer events, use --model NAME to train inside the protocol, or accept too good numbers with "
      "--allow-leak";
  if (!trained.trained_until) {
    return error{error_code::invalid_argument,
                 in.flags.model_dir + " does not say until when it was trained; " + remedy};
  }
  if (in.data.stale) {
    if (*trained.trained_until < *in.data.split_time) return success{};
    return error{error_code::invalid_argument,
                 in.flags.model_dir + " was trained on events up to " + to_rfc3339(*trained.trained_until) +
                     ", after the split; replay what came later with --split-time, or " + remedy};
  }
  const std::size_t before = in.data.cases.size();
  in.data.cases.keep_if([&](const evaluation_case& each) { return each.ts > *trained.trained_until; });
  if (in.data.cases.size() == 0) {
    return error{error_code::invalid_argument, in.flags.model_dir + " was trained on events up to " +
                                                   to_rfc3339(*trained.trained_until) + ", which are all there are; " +
                                                   remedy};
  }
  if (in.data.cases.size() < before) {
    std::fprintf(stderr, "freshet evaluate: %zu users are left out, the model was trained on their last event\n",
                 before - in.data.cases.size());
  }
  return success{};
}

constexpr const char* not_fresh = " not fresh";

/// "als", and "als 2" where the family was asked before.
std::string name_in(const evaluation_run& run, std::string_view family) {
  const auto before = std::ranges::count_if(run.models, [&](const auto& each) {
    const bool is_of_family = each.name == family || each.name.starts_with(std::string(family) + " ");
    return is_of_family && !each.name.ends_with(not_fresh);
  });
  return std::string(family) + (before == 0 ? "" : " " + std::to_string(before + 1));
}

/// Once with what happened after the split, once without.
void add_replay(evaluation& in, const model& evaluated, const evaluation_options& how) {
  const auto& fresh = in.run.models.back();
  evaluated_model stale{.name = fresh.name + not_fresh, .params = fresh.params};
  stale.report = evaluate(evaluated, *in.data.stale, how);
  const metric_name metric{&ranking_metrics::ndcg, how.topk.front()};
  in.run.replayed.push_back(
      {.name = fresh.name,
       .metric = to_string(metric),
       .fresh = fresh.report.by_length.front().mean.ndcg,
       .stale = stale.report.by_length.front().mean.ndcg,
       .curves = curves_of(in.data.cases, in.data.new_events, fresh.report, stale.report, metric)});
  in.run.models.push_back(std::move(stale));
}

void add_report(evaluation& in, std::string_view family, evaluated_model about, const model& evaluated) {
  auto how = in.flags.how();
  how.fallback = in.popular.get();
  about.name = name_in(in.run, family);
  about.report = evaluate(evaluated, in.data.cases, how);
  in.run.models.push_back(std::move(about));
  if (in.data.stale) add_replay(in, evaluated, how);
}

status train_popular(evaluation& in) {
  FRESHET_ASSIGN(const trainer* family, find_trainer("popularity"));
  FRESHET_ASSIGN(const auto completed, family->complete({}));
  FRESHET_ASSIGN(const auto trained, family->train(*in.data.train, completed, {}));
  in.popular = trained.served;
  return success{};
}

status train_and_evaluate(evaluation& in, const std::string& name, const parameter_flags& given) {
  FRESHET_ASSIGN(const trainer* family, find_trainer(name));
  FRESHET_ASSIGN(const auto completed, read_parameters(*family, given, in.settings.profile));
  const auto start = std::chrono::steady_clock::now();
  FRESHET_ASSIGN(const auto trained,
                 train_with_progress(*family, *in.data.train, completed, in.flags.training, in.stop));
  if (in.stop.is_made()) return error{error_code::cancelled, "stopped while training " + name};
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  add_report(in, name, {.params = freshet::to_json(completed), .training_seconds = taken.count()}, *trained.served);
  return success{};
}

status evaluate_model_directory(evaluation& in) {
  FRESHET_ASSIGN(const loaded_model loaded, load_model_at(in.flags.model_dir));
  FRESHET_ASSIGN(in.data, read_protocol(in.settings, in.flags.protocol, loaded.item_ids, in.stop));
  FRESHET_TRY(leave_out_leaks(loaded.metadata, in));
  FRESHET_TRY(train_popular(in));
  add_report(in, loaded.served->type(), {.params = loaded.params.empty() ? "{}" : loaded.params}, *loaded.served);
  return success{};
}

status evaluate_inside_protocol(evaluation& in) {
  // Before the data is read: a mistyped parameter shows at once.
  for (std::size_t i = 0; i < in.flags.models.size(); ++i) {
    FRESHET_ASSIGN(const trainer* family, find_trainer(in.flags.models[i]));
    FRESHET_TRY(read_parameters(*family, in.flags.given_for(i), in.settings.profile));
  }
  FRESHET_ASSIGN(in.data, read_protocol(in.settings, in.flags.protocol, std::nullopt, in.stop));
  FRESHET_TRY(train_popular(in));
  for (std::size_t i = 0; i < in.flags.models.size(); ++i) {
    FRESHET_TRY(train_and_evaluate(in, in.flags.models[i], in.flags.given_for(i)));
  }
  return success{};
}

void describe_data(evaluation& in) {
  in.run.cases = in.data.cases.size();
  in.run.items = in.data.item_ids.size();
  in.run.split_time = in.data.split_time;
  in.run.data_hash = to_hex(hash_combine(in.data.train->strengths.hash(), in.data.cases.hash()));
}

void measure_models(evaluation& in) {
  const list_judge judge(*in.data.train, in.data.item_ids.size());
  const measuring with{
      in.data,
      judge,
      in.flags.how(),
      {.resamples = in.flags.resamples, .seed = in.flags.training.seed, .threads = in.flags.training.threads}};
  for (auto& each : in.run.models) each.metrics = measure(each.report, with);
  in.run.compared = compare_with_first(in.run.models, with);
}

/// A plot beside the numbers, where gnuplot is installed.
status write_curves(const evaluation& in) {
  const std::filesystem::path csv = in.flags.curve;
  FRESHET_TRY(write_file_atomically(csv, curves_csv(in.run)));
  auto svg = csv;
  svg.replace_extension(".svg");
  const auto plotted = in.run.replayed.empty() ? status(success{}) : draw(replay_plot(in.run), svg);
  if (!plotted) std::fprintf(stderr, "freshet evaluate: %s\n", plotted.failure().message.c_str());
  return success{};
}

status run_evaluation(evaluation& in) {
  FRESHET_TRY(in.flags.model_dir.empty() ? evaluate_inside_protocol(in) : evaluate_model_directory(in));
  const bool has_baseline =
      std::ranges::any_of(in.run.models, [](const auto& each) { return each.name == "popularity"; });
  if (in.flags.baselines && !has_baseline) FRESHET_TRY(train_and_evaluate(in, "popularity", {}));
  describe_data(in);
  measure_models(in);
  if (!in.flags.output.empty()) FRESHET_TRY(write_evaluation(in.flags.output, in.run));
  if (!in.flags.curve.empty()) FRESHET_TRY(write_curves(in));
  if (!in.flags.lists.empty()) FRESHET_TRY(write_lists(in.flags.lists, in.run.models.front().report, in.data));
  std::string shown = to_table(in.run);
  if (in.flags.as_json) {
    FRESHET_ASSIGN(shown, to_json(in.run));
  }
  std::fputs(shown.c_str(), stdout);
  return success{};
}

int evaluate(const invocation& call, const evaluate_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("evaluate", settings.failure());
  stop_request stop;
  evaluation in{.flags = flags, .settings = *settings, .stop = stop};
  in.run.protocol = flags.protocol.name;
  in.run.seed = flags.training.seed;
  in.run.ideal = in.flags.how().ideal;
  if (const auto done = run_evaluation(in); !done) {
    const int code = fail("evaluate", done.failure());
    return stop.is_made() ? stop.exit_code() : code;
  }
  return exit_ok;
}

}  // namespace

void add_evaluate(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "evaluate", "Measures how well models name what users did and were not told of.",
                  "freshet evaluate --model als --params '{\"factors\": 64}' --db data/recsys.db "
                  "--baselines");
  auto flags = std::make_shared<evaluate_flags>();
  auto* directory = command.add_option("--model-dir", flags->model_dir,
                                       "Model directory, or an artifacts root whose current model is meant");
  auto* name = command.add_option("--model", flags->models, "Family to train inside the protocol; may be repeated")
                   ->allow_extra_args(false)
                   ->check(CLI::IsMember(trainer_names()))
                   ->excludes(directory);
  command.add_option("--db", flags->db, "Database directory (store.path)");
  command.add_option("--params", flags->params, "Parameters as JSON, one for each --model in their order")
      ->allow_extra_args(false)
      ->needs(name);
  command.add_option("--params-file", flags->params_file, "Parameters in a JSON file; --params wins over it")
      ->needs(name);
  add_protocol_flags(command, flags->protocol);
  command.add_flag("--use-item-features", flags->protocol.side.use_item_features,
                   "Learn from the metadata in the database too (lightfm)");
  command.add_option("--embeddings", flags->protocol.side.embeddings,
                     "Vectors of items, F.npy with F_ids.json beside it (bert_als starts from them)");
  command.add_flag("--replay", flags->protocol.replay,
                   "temporal-global: feed what was held out event by event, and say what folding it in is worth");
  command.add_option("--topk", flags->topk, "Lengths of list")->check(CLI::Range(1, 1000))->capture_default_str();
  command.add_option("--idcg", flags->idcg, "NDCG against an ideal list that is cut at k, or not")
      ->check(CLI::IsMember({"truncated", "full"}))
      ->capture_default_str();
  command.add_option("--bootstrap", flags->resamples, "Resamples for intervals and comparisons; 0 = none of them")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  add_early_stopping_flags(command, flags->training.early);
  command.add_option("--seed", flags->training.seed, "Seed of the training, of drawn splits and of resamples")
      ->capture_default_str();
  command.add_option("--threads", flags->training.threads, "Threads; 0 = as many as the machine has")
      ->capture_default_str();
  command.add_flag("--baselines", flags->baselines, "Also measure popularity");
  command.add_flag("--allow-leak", flags->allow_leak, "Measure a model on events it was trained on");
  command.add_flag("--json", flags->as_json, "Print JSON");
  command.add_option("--output", flags->output, "Also write to F.json or F.csv");
  command.add_option("--curve", flags->curve, "Write the curves of --replay as CSV, and as a plot beside it (F.svg)");
  command.add_option("--lists", flags->lists, "Write the first model's lists: user, rank, item, score by line");
  command.callback([&call, flags, directory, name] {
    if ((directory->count() > 0) == (name->count() > 0)) throw CLI::RequiredError("One of --model-dir and --model");
    if (flags->params.size() > flags->models.size())
      throw CLI::ValidationError("--params", "there are more of them than of --model");
    if (flags->protocol.replay && flags->protocol.name != "temporal-global")
      throw CLI::ValidationError("--replay", "needs --protocol temporal-global");
    flags->protocol.seed = flags->training.seed;
    call.run = [&call, flags] { return evaluate(call, *flags); };
  });
}

}  // namespace freshet::tools
