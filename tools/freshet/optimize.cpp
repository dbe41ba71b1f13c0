// `freshet optimize`: searches for the parameters of a model, then trains it with the best.
#include <chrono>
#include <cstdio>
#include <memory>

#include "core/base/hash.hpp"
#include "core/evaluation/evaluate.hpp"
#include "core/evaluation/metric_name.hpp"
#include "core/evaluation/search/search.hpp"
#include "core/evaluation/validation_split.hpp"
#include "core/models/hybrid/hybrid_plan.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/artifacts/trial_file.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/evaluation_protocol.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/model_training.hpp"
#include "tools/freshet/progress.hpp"
#include "tools/freshet/search_report.hpp"
#include "tools/freshet/trained_output.hpp"
#include "tools/freshet/training_dataset.hpp"

namespace freshet::tools {
namespace {

using steady = std::chrono::steady_clock;

struct optimize_flags {
  std::string model;
  std::string db;
  std::uint64_t trials = 20;
  std::string metric = "ndcg@20";
  /// Seconds; 0 = none.
  double timeout = 0;
  std::string storage;
  /// Without a name the whole database.
  protocol_flags protocol{.name = ""};
  parameter_flags given;
  dataset_flags data;
  std::uint32_t threads = 0;
  output_flags output;
};

/// What the whole command knows before it reads data.
struct optimization {
  const optimize_flags& flags;
  const options& settings;
  const trainer* family;
  search_space space;
  metric_name metric;
  /// Complete; a trial replaces what is searched.
  parameters fixed;
  stop_request stop;
  steady::time_point deadline;

  bool is_over() { return stop.is_made() || steady::now() >= deadline; }
  training_flags training() const { return {.seed = flags.data.seed, .threads = flags.threads}; }
};

parameters with(const parameters& fixed, const parameters& tried) {
  parameters all = fixed;
  for (const auto& [name, value] : tried) all[name] = value;
  return all;
}

/// Trains on the rest and asks for what was held out.
class trial_run {
 public:
  trial_run(optimization& in, const validation_split& split, const trial_store& store)
      : in_(in), split_(split), store_(store) {}

  std::optional<result<double>> operator()(const parameters& tried, const trial_report& report) {
    if (in_.is_over()) return std::nullopt;
    bool interrupted = false;
    const auto watch = [&](const training_progress& done) {
      show(done);
      interrupted = in_.is_over();
      if (interrupted) return false;
      // The last step is measured as the outcome.
      if (!is_measured(done.step) || done.step == done.steps) return true;
      return report({done.step, value_of(*done.snapshot().served)}, done.steps);
    };
    auto served = in_.flags.model == "hybrid" ? reweigh(tried, watch) : train(tried, watch);
    if (interrupted) return std::nullopt;
    if (!served) return result<double>(std::move(served).failure());
    return result<double>(value_of(**served));
  }

 private:
  using watch_function = std::function<bool(const training_progress&)>;
  using served_model = std::shared_ptr<const model>;

  result<served_model> train(const parameters& tried, const watch_function& watch) {
    FRESHET_ASSIGN(auto trained, train_all(with(in_.fixed, tried), watch));
    return std::move(trained.served);
  }

  /// The parts of a blend are trained once: trials differ in their weights.
  result<served_model> reweigh(const parameters& tried, const watch_function& watch) {
    if (!blended_) {
      // Half a blend says nothing of its weights.
      FRESHET_ASSIGN(blended_, train_all(in_.fixed, [&](const training_progress& done) {
                       return watch({.step = 0, .steps = done.steps, .loss = done.loss, .snapshot = {}});
                     }));
    }
    FRESHET_ASSIGN(const auto plan, hybrid_plan_from(with(in_.fixed, tried)));
    std::vector<hybrid_part> parts;
    for (std::size_t p = 0; p < blended_->parts.size(); ++p) {
      const auto& part = blended_->parts[p];
      parts.push_back({part.trained.served, plan.parts[p].weight, part.score_std});
    }
    FRESHET_ASSIGN(auto served, hybrid_model::blend(std::move(parts), plan.options));
    return served_model(std::move(served));
  }

  result<trained_model> train_all(const parameters& given, const watch_function& watch) {
    FRESHET_ASSIGN(const auto completed, in_.family->complete(given));
    const auto& strengths = split_.rest->strengths;
    const data_size size{strengths.rows(), strengths.columns(), strengths.entries()};
    FRESHET_TRY(check_memory(in_.family->memory_bytes(size, completed)));
    return in_.family->train(*split_.rest, completed,
                             {.seed = in_.flags.data.seed, .threads = in_.flags.threads, .progress = watch});
  }

  double value_of(const model& trained) const {
    const auto report = evaluate(trained, split_.cases, {.topk = {in_.metric.k}, .threads = in_.flags.threads});
    return report.by_length.front().mean.*in_.metric.value;
  }

  void show(const training_progress& done) {
    constexpr std::uint64_t parts_of_trial = 1000;
    const auto number = store_.trials().size();
    const auto* best = best_of(store_.trials());
    char note[64] = "";
    if (best != nullptr) std::snprintf(note, sizeof note, "best %s %.4f", in_.flags.metric.c_str(), best->value);
    shown_.update({.count = number,
                   .part = number * parts_of_trial + parts_of_trial * done.step / std::max(1U, done.steps),
                   .whole = in_.flags.trials * parts_of_trial,
                   .note = note});
  }

  optimization& in_;
  const validation_split& split_;
  const trial_store& store_;
  std::optional<trained_model> blended_;
  progress shown_{"trials"};
};

result<std::unique_ptr<trial_store>> open_store(const optimization& in, const training_data& data) {
  if (in.flags.storage.empty()) return std::unique_ptr<trial_store>(std::make_unique<memory_trial_store>());
  const std::uint64_t identity = hash_combine(data.strengths.hash(), hash64(to_json(in.fixed)));
  FRESHET_ASSIGN(auto file, trial_file::open(in.flags.storage, {.model = in.flags.model,
                                                                .metric = in.flags.metric,
                                                                .seed = in.flags.data.seed,
                                                                .data = to_hex(identity)}));
  return std::unique_ptr<trial_store>(std::move(file));
}

/// Beside the model, or, where models have versions, beside the versions.
std::filesystem::path report_directory(const optimization& in) {
  const std::filesystem::path output =
      in.flags.output.directory.empty() ? in.settings.model.dir : in.flags.output.directory;
  return in.flags.output.registered ? output / in.flags.model / "optimize" : output;
}

/// The best parameters, complete.
result<parameters> run_search(optimization& in, const training_dataset& read, trial_store& store) {
  const auto split = split_for_validation(read.data, {.seed = in.flags.data.seed});
  if (split.cases.size() == 0) {
    return error{error_code::invalid_argument,
                 in.settings.store.path + " has no user with two items; one is held out to measure trials with"};
  }
  {
    trial_run objective(in, split, store);
    FRESHET_TRY(search(in.space, {.trials = in.flags.trials, .seed = in.flags.data.seed, .sampler = {}, .pruner = {}},
                       store, std::ref(objective)));
  }
  const search_report report{in.flags.model, in.flags.metric, in.space, store.trials()};
  std::fputs(to_table(report).c_str(), stdout);
  const trial* best = best_of(store.trials());
  if (best == nullptr) {
    return error{error_code::cancelled, "no trial came to an end" +
                                            std::string(in.flags.timeout > 0 ? "; give more time with --timeout" : "")};
  }
  FRESHET_ASSIGN(const auto completed, in.family->complete(with(in.fixed, best->tried)));
  FRESHET_TRY(write_report(report, completed, report_directory(in)));
  std::printf("best: %s %.5f with %s/best_params.json\n", in.flags.metric.c_str(), best->value,
              report_directory(in).c_str());
  return completed;
}

/// Trains with the best parameters on everything, as `freshet train` does.
status train_best(optimization& in, const training_dataset& read, const parameters& best, const trial_store& store) {
  FRESHET_ASSIGN(auto trained, train_with_progress(*in.family, read.data, best, in.training(), in.stop));
  const training_record record{
      .family = in.flags.model, .completed = best, .seed = in.flags.data.seed, .complete = !in.stop.is_made()};
  FRESHET_ASSIGN(const auto done, save_trained(read, std::move(trained), record, in.settings, in.flags.output));
  print_saved(done);
  // A model takes the place of everything that was in its directory.
  if (in.flags.output.registered) return success{};
  return write_report({in.flags.model, in.flags.metric, in.space, store.trials()}, best, done.directory);
}

/// What a protocol gives to train on: what it asks for must not choose the parameters.
result<training_dataset> read_training_part(optimization& in) {
  FRESHET_ASSIGN(auto data, read_protocol(in.settings, in.flags.protocol, std::nullopt, in.stop));
  training_dataset read{.data = *data.train, .item_ids = std::move(data.item_ids), .user_ids = {}};
  const std::size_t users = read.data.strengths.rows();
  // Sessions have no names but their numbers.
  for (std::size_t user = 0; user < users; ++user) {
    read.user_ids.push_back(data.user_ids.size() == users ? data.user_ids[user] : std::to_string(user));
  }
  return read;
}

status run(optimization& in) {
  FRESHET_ASSIGN(const auto read, in.flags.protocol.name.empty()
                                      ? read_training_dataset(in.settings, in.flags.data, in.stop)
                                      : read_training_part(in));
  FRESHET_ASSIGN(const auto store, open_store(in, read.data));
  FRESHET_ASSIGN(const auto best, run_search(in, read, *store));
  if (in.stop.is_made()) return error{error_code::cancelled, "stopped; what was found so far is kept"};
  return train_best(in, read, best, *store);
}

int optimize(const invocation& call, const optimize_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("optimize", settings.failure());
  const auto family = find_trainer(flags.model);
  if (!family) return fail("optimize", family.failure());
  const auto metric = parse_metric(flags.metric);
  if (!metric) return fail("optimize", metric.failure());
  const auto fixed = read_parameters(**family, flags.given, settings->profile);
  if (!fixed) return fail("optimize", fixed.failure());
  auto space = search_space_of(flags.model, *fixed);
  if (!space) return fail("optimize", space.failure());
  const auto deadline =
      flags.timeout > 0
          ? steady::now() + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(flags.timeout))
          : steady::time_point::max();
  optimization in{.flags = flags,
                  .settings = *settings,
                  .family = *family,
                  .space = *std::move(space),
                  .metric = *metric,
                  .fixed = *fixed,
                  .stop = {},
                  .deadline = deadline};
  if (const auto done = run(in); !done) {
    const int code = fail("optimize", done.failure());
    return in.stop.is_made() ? in.stop.exit_code() : code;
  }
  return in.stop.is_made() ? in.stop.exit_code() : exit_ok;
}

void add_data_flags(CLI::App& command, optimize_flags& flags) {
  command.add_option("--db", flags.db, "Database directory (store.path)");
  command.add_option("--params", flags.given.json, "Parameters that are not searched, as JSON: '{\"iterations\": 20}'");
  command.add_option("--params-file", flags.given.file, "The same in a JSON file; --params wins over it");
  command.add_option("--sample-rate", flags.data.sample_rate, "Share of the users to search and train on")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_flag("--use-item-features", flags.data.use_item_features,
                   "Learn from categories, brands, prices and attributes of the items too (lightfm)");
  command.add_option("--embeddings", flags.data.embeddings,
                     "Vectors of items, F.npy with F_ids.json beside it (bert_als starts from them)");
  add_protocol_flags(command, flags.protocol);
  command.get_option("--protocol")
      ->description("Search and train in what a split leaves to train on; none = in the whole database");
}

}  // namespace

void add_optimize(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "optimize", "Searches for the best parameters of a model, then trains it with them.",
                  "freshet optimize als --db data/recsys.db --trials 20 --metric ndcg@20 --output "
                  "model_artifacts/als_optimized --storage trials.ndjson");
  auto flags = std::make_shared<optimize_flags>();
  command.add_option("model", flags->model, "Which family")->required()->check(CLI::IsMember(trainer_names()));
  add_data_flags(command, *flags);
  command.add_option("--trials", flags->trials, "How many sets of parameters are tried, those in --storage included")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--metric", flags->metric, "What is to be best: ndcg@20, recall@10, hr@10, mrr@20, map@10")
      ->capture_default_str();
  command.add_option("--timeout", flags->timeout, "Seconds after which no trial goes on; 0 = none")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--storage", flags->storage,
                     "File that keeps every trial; with the same file an interrupted search goes on");
  command.add_option("--output", flags->output.directory,
                     "Directory of the model; with --register the artifacts root with registry.json (model.dir)");
  command.add_option("--seed", flags->data.seed, "The same seed gives the same search")->capture_default_str();
  command.add_option("--threads", flags->threads, "Threads; 0 = as many as the machine has")->capture_default_str();
  command.add_flag("--register", flags->output.registered,
                   "Give it a version, add it to the registry and let it serve");
  command.callback([&call, flags] { call.run = [&call, flags] { return optimize(call, *flags); }; });
}

}  // namespace freshet::tools
