// The promises of streaming under random interleavings, faults and deaths; each seed is a run that can be repeated:
//   FRESHET_SIMULATION_SEED=17 simulation_tests           one seed
//   FRESHET_SIMULATION_SEEDS=10000 simulation_tests       so many, from a random one on
#include "tests/simulation/simulation.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

constexpr std::uint64_t seeds_in_the_suite = 100;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(simulation, keeps_the_promises_of_streaming_whatever_happens_in_whatever_order) {
  const bool one = std::getenv("FRESHET_SIMULATION_SEED") != nullptr;
  const auto first = from_environment("FRESHET_SIMULATION_SEED", std::random_device{}());
  const auto seeds = one ? 1 : from_environment("FRESHET_SIMULATION_SEEDS", seeds_in_the_suite);
  const testing::temporary_directory directory;
  testing::make_simulated_models(directory / "artifacts");
  testing::simulation_report sum;
  const auto started = std::chrono::steady_clock::now();
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto place = directory / "run";
    const auto report = testing::simulate({.seed = seed, .artifacts = directory / "artifacts", .directory = place});
    std::filesystem::remove_all(place);
    for (const auto& each : report.broken) {
      ADD_FAILURE() << each << "\nrepeat: FRESHET_SIMULATION_SEED=" << seed << " simulation_tests";
    }
    if (::testing::Test::HasFailure()) return;
    sum.answers += report.answers;
    sum.kills += report.kills;
    sum.failures += report.failures;
    sum.events += report.events;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  std::printf("seeds %llu..%llu in %.1f s: %llu answers, %llu kills, %llu failures, %llu events\n",
              static_cast<unsigned long long>(first), static_cast<unsigned long long>(first + seeds - 1), took.count(),
              static_cast<unsigned long long>(sum.answers), static_cast<unsigned long long>(sum.kills),
              static_cast<unsigned long long>(sum.failures), static_cast<unsigned long long>(sum.events));
  EXPECT_TRUE(one || (sum.kills > 0 && sum.failures > 0 && sum.events > 0));
}

}  // namespace
}  // namespace freshet
