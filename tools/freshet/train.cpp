// `freshet train`: a model from the events of a database, saved and, if wanted, registered. What a service starts when
// it retrains is the same command with --gate and --progress-json.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/base/text.hpp"
#include "core/models/advised_factors.hpp"
#include "tools/freshet/command.hpp"
#include "tools/freshet/gate.hpp"
#include "tools/freshet/model_training.hpp"
#include "tools/freshet/progress.hpp"
#include "tools/freshet/trained_output.hpp"
#include "tools/freshet/training_dataset.hpp"
#include "tools/freshet/warm_start.hpp"

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
  /// Directory of the model to begin with; empty = anew.
  std::string warm_start;
  bool gate = false;
  bool progress_json = false;
  /// Of the operating system; 0 = as they are.
  int nice = 0;
  std::uint64_t memory_limit_mb = 0;
  /// Ends with this process; 0 = by itself.
  int child_of = 0;
  /// "key=value", stronger than everything else.
  std::vector<std::string> settings;
};

/// What people read goes to standard error where programs read standard output.
FILE* words(const train_flags& flags) {
  return flags.progress_json ? stderr : stdout;
}

void print_summary(FILE* to, const training_dataset& read, const trained_model& trained, const std::string& name,
                   std::chrono::duration<double> took) {
  std::fprintf(to, "%s: %zu users, %zu items, %zu pairs", name.c_str(), read.data.strengths.rows(),
               read.data.strengths.columns(), read.data.strengths.entries());
  if (trained.loss.empty()) {
    std::fprintf(to, "; %.2f s\n", took.count());
  } else {
    std::fprintf(to, "; loss %.6g after %zu iterations of %.3g s\n", trained.loss.back(), trained.loss.size(),
                 took.count() / static_cast<double>(trained.loss.size()));
  }
  if (const std::size_t factors = trained.served->factors(); factors > 0) {
    std::fprintf(to, "%zu factors; %s\n", factors, factor_advice(read.data.strengths.columns()).c_str());
  }
}

/// The last line for a program: what came of it.
void print_outcome(const train_flags& flags, const saved_model& saved, const std::string& refusal,
                   const std::string& gate) {
  if (!flags.progress_json) return;
  std::string line = refusal.empty() ? R"({"outcome":"registered","model_id":)" : R"({"outcome":"refused","model_id":)";
  append_json_string(line, saved.model_id);
  append_json_string(line.append(",\"reason\":"), refusal);
  append_json_string(line.append(",\"gate\":"), gate);
  std::printf("%s}\n", line.c_str());
  std::fflush(stdout);
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

/// Before anything large is read.
status limit(const train_flags& flags) {
  // Nobody would tell an orphan of a user who is erased meanwhile.
  if (flags.child_of > 0 && (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != flags.child_of)) {
    return error{error_code::cancelled, "the service that began this training has ended"};
  }
  if (flags.nice > 0 && ::setpriority(PRIO_PROCESS, 0, flags.nice) != 0) {
    return error{error_code::io_failure, "--nice " + std::to_string(flags.nice) + ": " + std::strerror(errno)};
  }
  if (flags.memory_limit_mb == 0) return success{};
  const rlimit bytes{flags.memory_limit_mb << 20, flags.memory_limit_mb << 20};
  if (::setrlimit(RLIMIT_AS, &bytes) == 0) return success{};
  return error{error_code::io_failure,
               "--memory-limit-mb " + std::to_string(flags.memory_limit_mb) + ": " + std::strerror(errno)};
}

std::map<std::string, std::string> settings_of(const train_flags& flags) {
  std::map<std::string, std::string> given;
  for (const auto& each : flags.settings) {
    const auto equals = each.find('=');
    if (equals != std::string::npos) given[each.substr(0, equals)] = each.substr(equals + 1);
  }
  if (!flags.db.empty()) given["store.path"] = flags.db;
  return given;
}

std::filesystem::path root_of(const options& settings, const train_flags& flags) {
  return flags.output.directory.empty() ? settings.model.dir : flags.output.directory;
}

/// One training from the settings to the registry.
struct training_run {
  const train_flags& flags;
  const options& settings;
  const trainer& family;
  const parameters& completed;
  stop_request& stop;

  training_flags how(const warm_start* from) const {
    return {.seed = flags.data.seed, .threads = flags.threads, .early = flags.early, .from = from};
  }
};

/// Nothing where the family cannot, or nothing to begin with was named.
result<std::optional<warm_start>> begin_with(const training_run& run, const training_dataset& read) {
  if (run.flags.warm_start.empty()) return std::optional<warm_start>();
  FRESHET_ASSIGN(const auto before, load_model(run.flags.warm_start));
  auto made = warm_start_from(before, run.family, run.completed, read.item_ids, read.user_ids);
  if (made) return std::optional(*std::move(made));
  std::fprintf(stderr, "trained anew: %s\n", made.failure().message.c_str());
  return std::optional<warm_start>();
}

/// What the gate compared; nothing where there is no model in service. A refused candidate is registered as failed, and
/// its id comes back.
struct gate_outcome {
  std::optional<gate_figures> figures;
  std::optional<saved_model> refused;
};
result<gate_outcome> pass_gate(const training_run& run) {
  FRESHET_ASSIGN(const auto known, registry::read(root_of(run.settings, run.flags)));
  if (!known.current()) return gate_outcome{};
  FRESHET_ASSIGN(auto current, load_model(known.current()->path));
  const model_in_service service{known.current()->model_id, std::move(current)};
  const warm_start wanted;
  FRESHET_ASSIGN(auto candidate,
                 compare_with_current(run.settings, run.family, run.completed,
                                      run.how(run.flags.warm_start.empty() ? nullptr : &wanted), service, run.stop));
  std::fprintf(words(run.flags), "%s\n", in_words(candidate.figures).c_str());
  gate_outcome made{.figures = candidate.figures};
  if (passes(candidate.figures)) return made;
  const training_record record{.family = std::string(run.family.name),
                               .completed = run.completed,
                               .seed = run.flags.data.seed,
                               .refusal = "refused by the quality gate: " + in_words(candidate.figures),
                               .gate = candidate.figures};
  FRESHET_ASSIGN(made.refused,
                 save_trained(candidate.data, std::move(candidate.trained), record, run.settings, run.flags.output));
  return made;
}

/// False: the quality gate refused it.
result<bool> train_and_save(const training_run& run) {
  const auto& flags = run.flags;
  gate_outcome gate;
  if (flags.gate) {
    FRESHET_ASSIGN(gate, pass_gate(run));
  }
  const std::string compared = gate.figures ? in_words(*gate.figures) : "";
  if (gate.refused) {
    print_outcome(flags, *gate.refused, "refused by the quality gate: " + compared, compared);
    std::fprintf(stderr, "freshet train: refused by the quality gate; registered as failed: %s\n",
                 gate.refused->model_id.c_str());
    return false;
  }
  FRESHET_ASSIGN(auto read, read_training_dataset(run.settings, flags.data, run.stop));
  FRESHET_ASSIGN(const auto before, begin_with(run, read));
  const auto started = std::chrono::steady_clock::now();
  FRESHET_ASSIGN(auto trained, train_with_progress(run.family, read.data, run.completed,
                                                   run.how(before ? &*before : nullptr), run.stop));
  const bool complete = !run.stop.is_made();
  // A service that cancels its training wants no part of it.
  if (!complete && flags.gate) return error{error_code::cancelled, "stopped; nothing is saved"};
  print_summary(words(flags), read, trained, flags.model, std::chrono::steady_clock::now() - started);
  const training_record record{.family = flags.model,
                               .completed = run.completed,
                               .seed = flags.data.seed,
                               .complete = complete,
                               .gate = gate.figures};
  FRESHET_ASSIGN(const auto done, save_trained(read, std::move(trained), record, run.settings, flags.output));
  if (!flags.progress_json) print_saved(done);
  print_outcome(flags, done, "", compared);
  return true;
}

int train(const invocation& call, const train_flags& flags) {
  if (flags.progress_json) progress::for_programs();
  const auto settings = load_options(call, settings_of(flags));
  if (!settings) return fail_configuration("train", settings.failure());
  const auto family = find_trainer(flags.model);
  if (!family) return fail("train", family.failure());
  if (const auto sound = check_side_data(**family, flags.data); !sound) return fail("train", sound.failure());
  // Before the data is read: a mistyped parameter shows at once.
  const auto completed = read_parameters(**family, flags.given, settings->profile);
  if (!completed) return fail("train", completed.failure());
  if (const auto limited = limit(flags); !limited) return fail("train", limited.failure());

  stop_request stop;
  const auto passed = train_and_save({flags, *settings, **family, *completed, stop});
  if (!passed) {
    const int code = fail("train", passed.failure());
    return stop.is_made() ? stop.exit_code() : code;
  }
  if (!*passed) return exit_failed;
  if (!stop.is_made()) return exit_ok;
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
  command.add_option("--warm-start", flags->warm_start,
                     "Begin with the factors of the model in this directory (als, bpr); new users and items at random");
  auto* gate = command.add_flag("--gate", flags->gate,
                                "First train without the newest events and compare with the current model on them; "
                                "what falls below retrain.quality_gate is registered as failed (exit code 1)");
  gate->needs("--register");
  command.add_flag("!--no-activate", flags->output.activated, "Register it, but do not let it serve")
      ->needs("--register");
  command.add_flag("--progress-json", flags->progress_json,
                   "For programs: progress and outcome as a JSON object a line on standard output");
  command.add_option("--nice", flags->nice, "Step back behind everything else, as nice(1)")->check(CLI::Range(0, 19));
  command.add_option("--memory-limit-mb", flags->memory_limit_mb, "Fail instead of taking more address space");
  // What a service that retrains tells of its own settings.
  command.add_option("--set", flags->settings)->allow_extra_args(false)->group("");
  command.add_option("--child-of", flags->child_of)->group("");
  command.callback([&call, flags] { call.run = [&call, flags] { return train(call, *flags); }; });
}

}  // namespace freshet::tools
