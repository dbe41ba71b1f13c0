#include "tools/freshet/model_training.hpp"

#include <cstdio>
#include <functional>
#include <optional>

#include "core/evaluation/early_stopping.hpp"
#include "core/evaluation/validation_split.hpp"
#include "io/artifacts/parameters_json.hpp"
#include "io/files/atomic_file.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/progress.hpp"

namespace freshet::tools {
namespace {

/// The operations guide trains als with more confidence in what was observed, and bpr with fewer factors.
parameters profile_defaults(const trainer& family, profile chosen) {
  if (family.name == "als" && chosen == profile::guide) return {{"alpha", 10.0}};
  if (family.name == "bpr" && chosen == profile::guide) return {{"factors", 64.0}};
  return {};
}

result<parameters> given_parameters(const std::string& source, const std::string& text) {
  auto given = parameters_from_json(text);
  if (!given) return in_context(source, given.failure());
  return given;
}

void put_over(parameters& under, const parameters& over) {
  for (const auto& [name, value] : over) under[name] = value;
}

}  // namespace

std::vector<std::string> trainer_names() {
  std::vector<std::string> names;
  for (const auto& each : trainers()) names.emplace_back(each.name);
  return names;
}

result<parameters> read_parameters(const trainer& family, const parameter_flags& flags, profile chosen) {
  parameters given = profile_defaults(family, chosen);
  if (!flags.file.empty()) {
    FRESHET_ASSIGN(const std::string text, read_file(flags.file));
    FRESHET_ASSIGN(const auto of_file, given_parameters(flags.file, text));
    put_over(given, of_file);
  }
  if (!flags.json.empty()) {
    FRESHET_ASSIGN(const auto of_flag, given_parameters("--params", flags.json));
    put_over(given, of_flag);
  }
  return family.complete(given);
}

void add_early_stopping_flags(CLI::App& command, early_stopping_flags& flags) {
  auto* wanted = command.add_option("--early-stopping", flags.metric,
                                    "Hold a part of the users' last items out, stop when this metric of them no longer "
                                    "improves, and train on everything for as many iterations as were best");
  wanted->type_name("METRIC")->expected(0, 1)->default_str("ndcg@10");
  command.add_option("--patience", flags.patience, "Measurements without a new best until it stops")
      ->needs(wanted)
      ->capture_default_str();
  command.add_option("--measure-every", flags.every, "Iterations from one measurement to the next")
      ->needs(wanted)
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

namespace {

/// What is left after holding out stands beside the data.
std::uint64_t memory_of_a_copy(const training_data& data) {
  const auto& strengths = data.strengths;
  return strengths.entries() * (sizeof(std::uint32_t) + sizeof(float)) +
         (strengths.offsets().size() + data.sequences.offsets.size()) * sizeof(std::uint64_t) +
         data.sequences.events.size() * sizeof(dated_item);
}

using progress_callback = std::function<bool(const training_progress&)>;

/// On everything, for as many iterations as were found to be best. Nothing where it was stopped before.
result<std::optional<trained_model>> train_again(const trainer& family, const training_data& data,
                                                 const parameters& completed, const training_flags& flags,
                                                 std::uint32_t iterations, const progress_callback& show) {
  bool is_whole = false;
  const auto until_found = [&](const training_progress& done) {
    const bool goes_on = show(done);
    is_whole = done.step == iterations;
    return goes_on && !is_whole;
  };
  FRESHET_ASSIGN(
      auto made,
      family.train(data, completed,
                   {.seed = flags.seed, .threads = flags.threads, .progress = until_found, .from = flags.from}));
  return is_whole ? std::optional(std::move(made)) : std::nullopt;
}

result<trained_model> train_and_stop_early(const trainer& family, const training_data& data,
                                           const parameters& completed, const training_flags& flags,
                                           const progress_callback& show, stop_request& stop) {
  FRESHET_ASSIGN(const auto metric, parse_metric(flags.early.metric));
  const auto split = split_for_validation(data, {.seed = flags.seed});
  if (split.cases.size() == 0) {
    return error{error_code::invalid_argument,
                 "early stopping needs users with two items, and there are none; train without --early-stopping"};
  }
  early_stopping stopping(
      split.cases,
      {.metric = metric, .every = flags.early.every, .patience = flags.early.patience, .threads = flags.threads});
  const auto observe = [&](const training_progress& done) { return show(done) && stopping.observe(done); };
  FRESHET_ASSIGN(auto reached,
                 family.train(*split.rest, completed,
                              {.seed = flags.seed, .threads = flags.threads, .progress = observe, .from = flags.from}));
  const auto best = stopping.best();
  if (!best)
    return family.train(data, completed,
                        {.seed = flags.seed, .threads = flags.threads, .progress = show, .from = flags.from});
  std::fprintf(stderr, "best %s of %zu users: %.4f after %u iterations; training on everything as long\n",
               to_string(metric).c_str(), split.cases.size(), best->value, best->step);
  if (stop.is_made()) return stopping.best_or(std::move(reached));
  FRESHET_ASSIGN(auto whole, train_again(family, data, completed, flags, best->step, show));
  return whole ? std::move(*whole) : stopping.best_or(std::move(reached));
}

}  // namespace

result<trained_model> train_with_progress(const trainer& family, const training_data& data, const parameters& completed,
                                          const training_flags& flags, stop_request& stop) {
  const data_size size{data.strengths.rows(), data.strengths.columns(), data.strengths.entries()};
  const bool stops_early = !flags.early.metric.empty();
  const auto fits = check_memory(family.memory_bytes(size, completed) + (stops_early ? memory_of_a_copy(data) : 0));
  if (!fits) {
    return in_context(std::string(family.name) + " for " + std::to_string(size.items) + " items, " +
                          std::to_string(size.users) + " users and " + std::to_string(size.entries) + " pairs",
                      fits.failure());
  }
  progress shown("iterations");
  const auto show = [&](const training_progress& done) {
    char loss[32];
    std::snprintf(loss, sizeof loss, "loss %.5g", done.loss);
    shown.update({.count = done.step, .part = done.step, .whole = done.steps, .note = loss});
    return !stop.is_made();
  };
  if (stops_early && !family.stops_early) {
    return error{
        error_code::invalid_argument,
        "--early-stopping would leave the later parts of a blend untrained; train each with it by itself, then "
        "blend them with `freshet train-hybrid`"};
  }
  if (stops_early) return train_and_stop_early(family, data, completed, flags, show, stop);
  return family.train(data, completed,
                      {.seed = flags.seed, .threads = flags.threads, .progress = show, .from = flags.from});
}

}  // namespace freshet::tools
