// What: a generated shop in a directory of its own, and the steps from there to a service with a model.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet::testing {

class small_shop {
 public:
  static constexpr std::uint64_t events = 4'000;

  small_shop() {
    run({"generate", "--users", "200", "--items", "80", "--events", std::to_string(events), "--seed", "11", "--output",
         directory().string()});
  }

  const std::filesystem::path& directory() const { return directory_.path(); }
  std::string path(const std::string& name) const { return (directory() / name).string(); }

  void ingest() { run({"ingest", "--events", path("events.csv"), "--items", path("items.csv"), "--db", path("db")}); }
  /// Trains and makes the model the current one.
  void train(const std::string& model = "als", const std::string& seed = "42") {
    run({"train", model, "--db", path("db"), "--output", path("artifacts"), "--register", "--seed", seed});
  }
  command_result run(const std::vector<std::string>& arguments) {
    auto done = run_freshet(arguments, directory());
    EXPECT_EQ(done.exit_code, 0) << arguments.front() << ":\n" << done.errors << done.output;
    return done;
  }

 private:
  temporary_directory directory_;
};

}  // namespace freshet::testing
