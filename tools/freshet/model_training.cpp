#include "tools/freshet/model_training.hpp"

#include <cstdio>

#include "io/artifacts/parameters_json.hpp"
#include "io/files/atomic_file.hpp"
#include "tools/freshet/interaction_data.hpp"
#include "tools/freshet/progress.hpp"

namespace freshet::tools {
namespace {

/// The operations guide trains als with more confidence in what was observed.
parameters profile_defaults(const trainer& family, profile chosen) {
  if (family.name == "als" && chosen == profile::guide) return {{"alpha", 10.0}};
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

result<trained_model> train_with_progress(const trainer& family, const training_data& data, const parameters& completed,
                                          const training_flags& flags, stop_request& stop) {
  const data_size size{data.strengths.rows(), data.strengths.columns(), data.strengths.entries()};
  FRESHET_TRY(check_memory(family.memory_bytes(size, completed)));
  progress shown("iterations");
  const auto show = [&](const training_progress& done) {
    char loss[32];
    std::snprintf(loss, sizeof loss, "loss %.5g", done.loss);
    shown.update({.count = done.step, .part = done.step, .whole = done.steps, .note = loss});
    return !stop.is_made();
  };
  return family.train(data, completed, {.seed = flags.seed, .threads = flags.threads, .progress = show});
}

}  // namespace freshet::tools
