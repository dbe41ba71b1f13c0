// `freshet evaluate`: how well a model names what users did last.
#include <cstdio>
#include <memory>

#include "io/artifacts/model_directory.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/artifacts/registry.hpp"
#include "io/events/timestamp.hpp"
#include "io/store/event_weights.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/evaluation_output.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/model_training.hpp"

namespace freshet::tools {
namespace {

struct evaluate_flags {
  std::string model_dir;
  std::string model;
  std::string db;
  parameter_flags given;
  training_flags training;
  std::string protocol = "temporal-loo";
  std::vector<std::size_t> topk{10, 20};
  bool baselines = false;
  bool allow_leak = false;
  bool as_json = false;
  std::string output;
};

struct evaluation {
  const evaluate_flags& flags;
  const options& settings;
  stop_request& stop;
  leave_one_out_data data;
  evaluation_run run;

  evaluation_options how() const { return {.topk = flags.topk, .threads = flags.training.threads}; }
};

/// An artifacts root serves its current model.
result<loaded_model> load_model_at(const std::filesystem::path& directory) {
  if (!std::filesystem::exists(directory / "registry.json")) return load_model(directory);
  FRESHET_ASSIGN(const auto known, registry::read(directory));
  if (!known.current()) {
    return error{error_code::not_found, directory.string() + " has no current model; see `freshet model list`"};
  }
  return load_model(known.current()->path);
}

status read_data(const event_store& store, const model_rows& rows, evaluation& in) {
  const auto weights = strengths_by_type(in.settings.events, store.event_types());
  FRESHET_TRY(for_each_user(store, {}, [&](const std::string&, std::span<const interaction> history) {
    add_user(in.data, history, rows.row_of, weights);
    return !in.stop.is_made();
  }));
  in.data.rest.strengths.widen(rows.item_ids.size());
  if (in.data.cases.empty()) {
    return error{error_code::invalid_argument, in.settings.store.path +
                                                   " has no user with events on two items; temporal-loo holds one out "
                                                   "and predicts it from the others"};
  }
  in.run.items = rows.item_ids.size();
  in.run.data_hash = to_hex(in.data.rest.strengths.hash());
  return success{};
}

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
  const std::size_t before = in.data.cases.size();
  std::erase_if(in.data.cases, [&](const held_out_case& each) { return each.ts <= *trained.trained_until; });
  if (in.data.cases.empty()) {
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

void add_report(evaluation& in, std::string name, std::string params, const model& evaluated) {
  in.run.models.push_back(
      {std::move(name), std::move(params), evaluate_temporal_loo(evaluated, in.data.rest, in.data.cases, in.how())});
}

status train_and_evaluate(evaluation& in, const std::string& name, const parameter_flags& given) {
  FRESHET_ASSIGN(const trainer* family, find_trainer(name));
  FRESHET_ASSIGN(const auto completed, read_parameters(*family, given, in.settings.profile));
  FRESHET_ASSIGN(const auto trained, train_with_progress(*family, in.data.rest, completed, in.flags.training, in.stop));
  if (in.stop.is_made()) return error{error_code::cancelled, "stopped while training " + name};
  add_report(in, name, freshet::to_json(completed), *trained.served);
  return success{};
}

status evaluate_model_directory(const event_store& store, evaluation& in) {
  FRESHET_ASSIGN(const loaded_model loaded, load_model_at(in.flags.model_dir));
  FRESHET_ASSIGN(const auto rows, rows_of_model(store, loaded.item_ids));
  FRESHET_TRY(read_data(store, rows, in));
  FRESHET_TRY(leave_out_leaks(loaded.metadata, in));
  add_report(in, std::string(loaded.served->type()), loaded.params.empty() ? "{}" : loaded.params, *loaded.served);
  return success{};
}

status evaluate_inside_protocol(const event_store& store, evaluation& in) {
  FRESHET_ASSIGN(const auto rows, rows_of_events(store));
  FRESHET_TRY(read_data(store, rows, in));
  return train_and_evaluate(in, in.flags.model, in.flags.given);
}

status run_evaluation(evaluation& in) {
  FRESHET_ASSIGN(const auto store, event_store::open_reader(in.settings.store.path));
  FRESHET_TRY(in.flags.model_dir.empty() ? evaluate_inside_protocol(*store, in) : evaluate_model_directory(*store, in));
  if (in.flags.baselines && in.run.models.front().name != "popularity") {
    FRESHET_TRY(train_and_evaluate(in, "popularity", {}));
  }
  in.run.users = in.data.cases.size();
  if (!in.flags.output.empty()) FRESHET_TRY(write_evaluation(in.flags.output, in.run));
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
  in.run.protocol = flags.protocol;
  in.run.seed = flags.training.seed;
  if (const auto done = run_evaluation(in); !done) {
    const int code = fail("evaluate", done.failure());
    return stop.is_made() ? stop.exit_code() : code;
  }
  return exit_ok;
}

}  // namespace

void add_evaluate(CLI::App& app, invocation& call) {
  auto& command =
      add_command(app, call, "evaluate", "Holds out every user's last item and measures how well a model names it.",
                  "freshet evaluate --model als --params '{\"factors\": 64}' --db data/recsys.db "
                  "--baselines");
  auto flags = std::make_shared<evaluate_flags>();
  auto* directory = command.add_option("--model-dir", flags->model_dir,
                                       "Model directory, or an artifacts root whose current model is meant");
  auto* name = command.add_option("--model", flags->model, "Family to train inside the protocol")
                   ->check(CLI::IsMember(trainer_names()))
                   ->excludes(directory);
  command.add_option("--db", flags->db, "Database directory (store.path)");
  command.add_option("--params", flags->given.json, "Parameters for --model as JSON")->needs(name);
  command.add_option("--params-file", flags->given.file, "Parameters for --model in a JSON file")->needs(name);
  command.add_option("--protocol", flags->protocol, "How the events are split")
      ->check(CLI::IsMember({"temporal-loo"}))
      ->capture_default_str();
  command.add_option("--topk", flags->topk, "Lengths of list")->check(CLI::Range(1, 1000))->capture_default_str();
  command.add_option("--seed", flags->training.seed, "Seed of the training")->capture_default_str();
  command.add_option("--threads", flags->training.threads, "Threads; 0 = as many as the machine has")
      ->capture_default_str();
  command.add_flag("--baselines", flags->baselines, "Also measure popularity");
  command.add_flag("--allow-leak", flags->allow_leak, "Measure a model on events it was trained on");
  command.add_flag("--json", flags->as_json, "Print JSON");
  command.add_option("--output", flags->output, "Also write to F.json or F.csv");
  command.callback([&call, flags, directory, name] {
    if (directory->count() + name->count() != 1) throw CLI::RequiredError("One of --model-dir and --model");
    call.run = [&call, flags] { return evaluate(call, *flags); };
  });
}

}  // namespace freshet::tools
