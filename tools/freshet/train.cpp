// `freshet train`: a model from the events of a database, saved and, if wanted, registered.
#include <chrono>
#include <cstdio>
#include <memory>

#include "core/models/advised_factors.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/model_training.hpp"
#include "tools/freshet/trained_output.hpp"
#include "tools/freshet/training_dataset.hpp"

namespace freshet::tools {
namespace {

struct train_flags {
  std::string model;
  std::string db;
  parameter_flags given;
  dataset_flags data;
  std::uint32_t threads = 0;
  early_stopping_flags early;
  output_flags output;
};

void print_summary(const training_dataset& read, const trained_model& trained, const std::string& name,
                   std::chrono::duration<double> took) {
  std::printf("%s: %zu users, %zu items, %zu pairs", name.c_str(), read.data.strengths.rows(),
              read.data.strengths.columns(), read.data.strengths.entries());
  if (trained.loss.empty()) {
    std::printf("; %.2f s\n", took.count());
  } else {
    std::printf("; loss %.6g after %zu iterations of %.3g s\n", trained.loss.back(), trained.loss.size(),
                took.count() / static_cast<double>(trained.loss.size()));
  }
  if (const std::size_t factors = trained.served->factors(); factors > 0) {
    std::printf("%zu factors; %s\n", factors, factor_advice(read.data.strengths.columns()).c_str());
  }
}

/// What is asked for must have an effect.
status check_side_data(const trainer& family, const dataset_flags& flags) {
  const auto refused = [&](const char* flag, const char* what) {
    return error{error_code::invalid_argument,
                 std::string(flag) + ": " + std::string(family.name) + " does not use " + what};
  };
  if (flags.use_item_features && !family.uses_features) {
    return refused("--use-item-features", "features of items; lightfm does");
  }
  if (!flags.embeddings.empty() && !family.uses_embeddings) {
    return refused("--embeddings", "vectors of items; bert_als does");
  }
  return success{};
}

int train(const invocation& call, const train_flags& flags) {
  const auto settings =
      load_options(call, flags.db.empty() ? std::map<std::string, std::string>{}
                                          : std::map<std::string, std::string>{{"store.path", flags.db}});
  if (!settings) return fail_configuration("train", settings.failure());
  const auto family = find_trainer(flags.model);
  if (!family) return fail("train", family.failure());
  if (const auto sound = check_side_data(**family, flags.data); !sound) return fail("train", sound.failure());
  // Before the data is read: a mistyped parameter shows at once.
  const auto completed = read_parameters(**family, flags.given, settings->profile);
  if (!completed) return fail("train", completed.failure());

  stop_request stop;
  auto read = read_training_dataset(*settings, flags.data, stop);
  if (!read) return fail("train", read.failure());
  const auto started = std::chrono::steady_clock::now();
  auto trained = train_with_progress(**family, read->data, *completed,
                                     {.seed = flags.data.seed, .threads = flags.threads, .early = flags.early}, stop);
  if (!trained) return fail("train", trained.failure());
  print_summary(*read, *trained, flags.model, std::chrono::steady_clock::now() - started);

  const training_record record{
      .family = flags.model, .completed = *completed, .seed = flags.data.seed, .complete = !stop.is_made()};
  const auto done = save_trained(*read, std::move(*trained), record, *settings, flags.output);
  if (!done) return fail("train", done.failure());
  print_saved(*done);
  if (record.complete) return exit_ok;
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
  command.add_option("--output", flags->output.directory,
                     "Directory of the model; with --register the artifacts root with registry.json (model.dir)");
  command.add_option("--params", flags->given.json, "Parameters as JSON: '{\"factors\": 64}'");
  command.add_option("--params-file", flags->given.file, "Parameters in a JSON file; --params wins over it");
  command.add_option("--sample-rate", flags->data.sample_rate, "Share of the users to train on")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_flag("--use-item-features", flags->data.use_item_features,
                   "Learn from categories, brands, prices and attributes of the items too (lightfm)");
  command.add_option("--embeddings", flags->data.embeddings,
                     "Vectors of items, F.npy with F_ids.json beside it (bert_als starts from them)");
  command.add_option("--seed", flags->data.seed, "The same seed gives the same model")->capture_default_str();
  add_early_stopping_flags(command, flags->early);
  command.add_option("--threads", flags->threads, "Threads; 0 = as many as the machine has")->capture_default_str();
  command.add_flag("--register", flags->output.registered,
                   "Give it a version, add it to the registry and let it serve");
  command.callback([&call, flags] { call.run = [&call, flags] { return train(call, *flags); }; });
}

}  // namespace freshet::tools
