// `freshet train`: a model from the events of a database, saved and, if wanted, registered.
#include <cmath>
#include <cstdio>
#include <memory>

#include "core/evaluation/score_distribution.hpp"
#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/artifacts/registry.hpp"
#include "io/store/event_weights.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/model_training.hpp"

namespace freshet::tools {
namespace {

struct train_flags {
  std::string model;
  std::string db;
  std::string output;
  parameter_flags given;
  training_flags training;
  double sample_rate = 1;
  bool registered = false;
};

struct dataset {
  training_data data;
  std::vector<std::string> item_ids;
  std::vector<std::string> user_ids;
};

result<dataset> read_dataset(const options& settings, const train_flags& flags, stop_request& stop) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(settings.store.path));
  FRESHET_ASSIGN(auto rows, rows_of_events(*store));
  const auto weights = strengths_by_type(settings.events, store->event_types());
  dataset read{.item_ids = std::move(rows.item_ids)};
  FRESHET_TRY(for_each_user(*store, {.rate = flags.sample_rate, .seed = flags.training.seed},
                            [&](const std::string& id, std::span<const interaction> history) {
                              add_user(read.data, history, rows.row_of, weights);
                              read.user_ids.push_back(id);
                              return !stop.is_made();
                            }));
  read.data.strengths.widen(read.item_ids.size());
  if (read.data.strengths.entries() == 0) {
    return error{error_code::invalid_argument, settings.store.path + " holds no events to train on" +
                                                   (flags.sample_rate < 1 ? " in this sample" : "") +
                                                   "; `freshet ingest --events FILE` adds some"};
  }
  return read;
}

loaded_model to_save(dataset read, trained_model trained, const parameters& completed, const train_flags& flags) {
  const auto scores = sample_scores(*trained.served, read.data, flags.training.seed);
  model_metadata metadata{.model_type = flags.model,
                          .created_at = system_clock().now_seconds(),
                          .trained_until = read.data.trained_until,
                          .scores = {scores.min, scores.max, scores.mean, scores.std, scores.p01, scores.p99},
                          .seed = flags.training.seed,
                          .data_hash = to_hex(read.data.strengths.hash())};
  if (trained.user_factors.rows() == 0) read.user_ids.clear();
  return {.served = std::move(trained.served),
          .item_ids = std::move(read.item_ids),
          .user_ids = std::move(read.user_ids),
          .user_factors = std::move(trained.user_factors),
          .metadata = std::move(metadata),
          .params = to_json(completed)};
}

/// Where the model went, for people.
struct saved {
  std::string directory;
  std::string model_id;
};

/// A model whose training was cut short is registered but does not serve.
result<saved> save(const loaded_model& trained, const options& settings, const train_flags& flags, bool complete) {
  const std::filesystem::path output = flags.output.empty() ? settings.model.dir : flags.output;
  if (!flags.registered) {
    FRESHET_TRY(save_model(output, trained));
    return saved{output.string(), ""};
  }
  const system_clock time;
  FRESHET_ASSIGN(const auto reserved, reserve_version(output, flags.model, time));
  FRESHET_TRY(save_model(reserved.directory, trained));
  FRESHET_TRY(register_model(output, reserved,
                             {.model_type = flags.model,
                              .hyperparameters = trained.params,
                              .activate = complete,
                              .audit_log = std::filesystem::path(settings.logging.dir) / "registry_audit.log"},
                             time));
  return saved{reserved.directory.string(), reserved.model_id};
}

void print_summary(const dataset& read, const trained_model& trained, const std::string& name) {
  std::printf("%s: %zu users, %zu items, %zu pairs", name.c_str(), read.data.strengths.rows(),
              read.data.strengths.columns(), read.data.strengths.entries());
  if (!trained.loss.empty()) std::printf("; loss %.6g after %zu iterations", trained.loss.back(), trained.loss.size());
  std::printf("\n");
}

int train(const invocation& call, const train_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("train", settings.failure());
  const auto family = find_trainer(flags.model);
  if (!family) return fail("train", family.failure());
  // Before the data is read: a mistyped parameter shows at once.
  const auto completed = read_parameters(**family, flags.given, settings->profile);
  if (!completed) return fail("train", completed.failure());

  stop_request stop;
  auto read = read_dataset(*settings, flags, stop);
  if (!read) return fail("train", read.failure());
  auto trained = train_with_progress(**family, read->data, *completed, flags.training, stop);
  if (!trained) return fail("train", trained.failure());
  print_summary(*read, *trained, flags.model);

  const bool complete = !stop.is_made();
  const auto model = to_save(std::move(*read), std::move(*trained), *completed, flags);
  const auto done = save(model, *settings, flags, complete);
  if (!done) return fail("train", done.failure());
  std::printf("saved in %s%s\n", done->directory.c_str(),
              done->model_id.empty() ? "" : (", registered as " + done->model_id).c_str());
  if (complete) return exit_ok;
  std::fprintf(stderr, "freshet train: stopped before the last iteration; what was reached is saved\n");
  return stop.exit_code();
}

}  // namespace

void add_train(CLI::App& app, invocation& call) {
  auto& command = add_command(app, call, "train", "Trains a model from the events of a database and saves it.",
                              "freshet train als --db data/recsys.db --output artifacts/cf --register");
  auto flags = std::make_shared<train_flags>();
  command.add_option("model", flags->model, "Which family")->required()->check(CLI::IsMember(trainer_names()));
  command.add_option("--db", flags->db, "Database directory (store.path)");
  command.add_option("--output", flags->output,
                     "Directory of the model; with --register the artifacts root with registry.json (model.dir)");
  command.add_option("--params", flags->given.json, "Parameters as JSON: '{\"factors\": 64}'");
  command.add_option("--params-file", flags->given.file, "Parameters in a JSON file; --params wins over it");
  command.add_option("--sample-rate", flags->sample_rate, "Share of the users to train on")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--seed", flags->training.seed, "The same seed gives the same model")->capture_default_str();
  command.add_option("--threads", flags->training.threads, "Threads; 0 = as many as the machine has")
      ->capture_default_str();
  command.add_flag("--register", flags->registered, "Give it a version, add it to the registry and let it serve");
  command.callback([&call, flags] { call.run = [&call, flags] { return train(call, *flags); }; });
}

}  // namespace freshet::tools
