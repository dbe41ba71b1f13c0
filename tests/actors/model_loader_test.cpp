#include "actors/model_loader.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/models/ease/ease.hpp"
#include "io/artifacts/registry.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;

/// Two registered models of the items "a" and "b".
struct the_model_loader : ::testing::Test {
  the_model_loader() {
    for (int number = 0; number < 2; ++number) {
      matrix<float> values(2, 2);
      values.row(0)[1] = static_cast<float>(number + 1);
      loaded_model made;
      made.item_ids = {"a", "b"};
      const ease_options shape{.entries = ease_entries::weighted};
      made.served = std::make_shared<ease_model>(whole_matrix(std::move(values)), shape);
      made.params = R"({"entries":"weighted"})";
      made.metadata.model_type = "ease";
      const auto place = reserve_version(artifacts, "ease", time);
      EXPECT_TRUE(place.ok() && save_model(place->directory, made).ok());
      EXPECT_TRUE(
          register_model(artifacts, *place, {.model_type = "ease", .audit_log = directory / "audit.log"}, time).ok());
      directories.push_back(place->directory);
    }
    for (const auto& each : directories) ids.push_back("ease_" + each.filename().string());
  }

  load_outcome load(std::uint64_t number) {
    load_order order;
    order.number = number;
    return logic.load(order);
  }
  /// The bytes of an array change; its size, and its time if wanted, do not.
  void damage(const fs::path& model, bool keep_time) {
    for (const auto& file : fs::directory_iterator(model)) {
      if (file.path().extension() != ".npy") continue;
      const auto time_of_file = fs::last_write_time(file.path());
      std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      bytes.seekp(-1, std::ios::end);
      bytes.put('\x7f');
      bytes.close();
      fs::last_write_time(file.path(), keep_time ? time_of_file : time_of_file + std::chrono::seconds(5));
    }
  }

  testing::temporary_directory directory;
  fs::path artifacts = directory / "artifacts";
  manual_clock time{1'577'836'800};
  std::unique_ptr<event_store> store = std::move(event_store::open(directory / "db", {})).value();
  item_catalogue catalogue;
  newcomer_audience audience{3};
  std::vector<fs::path> directories;
  std::vector<std::string> ids;
  model_loader logic{
      {.artifacts = artifacts,
       .audit_log = directory / "audit.log",
       .generations = {.store = store.get(), .catalogue = &catalogue, .time = &time, .audience = &audience}}};
};

TEST_F(the_model_loader, reads_a_model_that_it_activates_once) {
  ASSERT_TRUE(logic.activate({.model_id = ids[1], .selected_by = "a test"}));
  // Only who reads the files again can notice.
  damage(directories[1], true);
  const auto first = load(2);
  ASSERT_TRUE(first.loaded) << first.refusal;
  EXPECT_EQ(first.loaded->model_id, ids[1]);
  EXPECT_FALSE(load(3).loaded) << "what was read is kept for one load";
}

TEST_F(the_model_loader, reads_a_model_again_whose_files_changed_since_it_was_activated) {
  ASSERT_TRUE(logic.activate({.model_id = ids[1], .selected_by = "a test"}));
  damage(directories[1], false);
  const auto outcome = load(2);
  EXPECT_FALSE(outcome.loaded);
  EXPECT_NE(outcome.refusal, "");
}

}  // namespace
}  // namespace freshet
