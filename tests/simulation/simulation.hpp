// What: the whole service but its sockets in one thread: the production actors on a scheduler that a seed drives.
// How:  each step is one of: some actor works off one message; the log takes a record; a client asks; time passes; an
//       actor is killed; a model is activated; ingestion is paused. The store and the log fail now and then. Nothing
//       else is random, so a seed repeats a run (but for the clock of the machine, which only measures here).
// Shown: broken promises, as sentences; the first is what happened first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace freshet::testing {

struct simulation_report {
  std::vector<std::string> broken;
  std::uint64_t steps = 0;
  std::uint64_t answers = 0;
  std::uint64_t kills = 0;
  std::uint64_t failures = 0;
  std::uint64_t events = 0;
};

struct simulation_options {
  std::uint64_t seed = 0;
  /// Holds the models, see make_simulated_models.
  std::filesystem::path artifacts;
  /// Empty and fast; what the run writes stays there.
  std::filesystem::path directory;
  std::uint64_t steps = 3'000;
};

/// Writes the models that every run may serve.
void make_simulated_models(const std::filesystem::path& artifacts);

[[nodiscard]] simulation_report simulate(const simulation_options& options);

}  // namespace freshet::testing
