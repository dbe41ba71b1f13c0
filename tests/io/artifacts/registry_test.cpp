#include "io/artifacts/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "io/artifacts/json_tree.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::temporary_directory;

class registry_of_models : public ::testing::Test {
 protected:
  void write(const std::string& text) { std::ofstream(root_ / "registry.json") << text; }
  std::string text(const std::string& name = "registry.json") { return *read_file(root_ / name); }
  reserved_version add(const std::string& type, bool activate = true, std::map<std::string, double> metrics = {}) {
    const auto reserved = reserve_version(root_, type, time_);
    EXPECT_TRUE(reserved);
    EXPECT_TRUE(register_model(
        root_, *reserved,
        {.model_type = type, .metrics = std::move(metrics), .activate = activate, .audit_log = audit_}, time_));
    return *reserved;
  }

  temporary_directory directory_;
  fs::path root_ = directory_.path();
  fs::path audit_ = directory_ / "logs/registry_audit.log";
  manual_clock time_{1'762'615'800};  // 2025-11-08T15:30:00Z
};

TEST_F(registry_of_models, no_file_yet_is_empty) {
  const auto read = registry::read(root_);
  ASSERT_TRUE(read);
  EXPECT_THAT(read->models(), IsEmpty());
  EXPECT_FALSE(read->current());
}

TEST_F(registry_of_models, reads_the_guides_example) {
  write(R"({"current_best": {"model_id": "bert_als_20251108_v1", "model_type": "bert_als",
                             "registered_at": "2025-11-08T15:30:00"},
            "models": {"bert_als_20251108_v1": {"path": "artifacts/cf/bert_als/20251108_v1", "model_type": "bert_als",
                                                "metrics": {"recall_10": 0.285, "ndcg_10": 0.182}}}})");
  const auto read = registry::read(root_);
  ASSERT_TRUE(read) << read.failure().message;
  const auto& current = read->current();
  ASSERT_TRUE(current);
  EXPECT_EQ(current->version, "20251108_v1");
  EXPECT_EQ(current->status, "active");
  EXPECT_EQ(current->metrics.at("recall_10"), 0.285);
  EXPECT_EQ(current->path, root_ / "bert_als/20251108_v1");
}

TEST_F(registry_of_models, accepts_a_plain_string_and_an_unlisted_current_model) {
  write(R"({"current_best": "als_20251108_v2"})");
  const auto current = registry::read(root_)->current();
  ASSERT_TRUE(current);
  EXPECT_EQ(current->model_type, "als");
  EXPECT_EQ(current->path, root_ / "als/20251108_v2");
  write(R"({"current_best": null, "models": null})");
  EXPECT_FALSE(registry::read(root_)->current());
}

TEST_F(registry_of_models, believes_the_id_before_a_stale_path) {
  fs::create_directories(root_ / "als/20251107_v1");
  fs::create_directories(root_ / "als/20251108_v1");
  write(R"({"current_best": {"model_id": "als_20251107_v1", "path": "als/20251108_v1"},
            "models": {"als_20251108_v1": {"path": "als/20251108_v1"}, "als_20251107_v1": {"path": "als/20251107_v1"}}})");
  EXPECT_EQ(registry::read(root_)->current()->path, root_ / "als/20251107_v1");
  write(R"({"current_best": {"model_id": "als_20251107_v1", "path": "als/20251108_v1"}})");
  EXPECT_EQ(registry::read(root_)->current()->path, root_ / "als/20251107_v1");
}

TEST_F(registry_of_models, tries_paths_from_the_working_directory_then_from_the_root) {
  fs::create_directories(root_ / "elsewhere/mine");
  write(R"({"models": {"als_20251108_v1": {"path": "elsewhere/mine"}, "als_20251108_v2": {"path": ")" +
        (root_ / "elsewhere/mine").string() + R"("}}})");
  const auto read = registry::read(root_);
  EXPECT_EQ(read->find("als_20251108_v1")->path, root_ / "elsewhere/mine");
  EXPECT_EQ(read->find("als_20251108_v2")->path, root_ / "elsewhere/mine");
  EXPECT_FALSE(read->find("als_20251108_v3"));
}

TEST_F(registry_of_models, a_damaged_file_is_an_error_naming_the_previous_copy) {
  for (const char* bad : {"", "{", "[]", R"({"models": []})", R"({"models": {"a": 1}})", R"({"current_best": 3})",
                          R"({"current_best": {}})"}) {
    write(bad);
    const auto read = registry::read(root_);
    ASSERT_FALSE(read) << bad;
    EXPECT_THAT(read.failure().message, AllOf(HasSubstr("registry.json"), HasSubstr("registry.json.previous"))) << bad;
  }
  EXPECT_FALSE(activate_model(root_, "a", "me", time_, audit_));
  EXPECT_EQ(text(), R"({"current_best": {}})");
}

TEST_F(registry_of_models, numbers_versions_by_day) {
  EXPECT_EQ(add("als").model_id, "als_20251108_v1");
  EXPECT_EQ(add("als").model_id, "als_20251108_v2");
  EXPECT_EQ(add("popularity").model_id, "popularity_20251108_v1");
  time_.advance(std::chrono::hours(24));
  EXPECT_EQ(add("als").model_id, "als_20251109_v1");
}

TEST_F(registry_of_models, never_uses_a_number_again) {
  const auto first = add("als");
  fs::remove_all(first.directory);
  EXPECT_EQ(reserve_version(root_, "als", time_)->version, "20251108_v2");
}

TEST_F(registry_of_models, registers_and_selects) {
  add("popularity", true);
  const auto reserved = add("als", true, {{"recall@10", 0.2}, {"ndcg@10", 0.125}});
  const auto read = registry::read(root_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->models().size(), 2u);
  EXPECT_EQ(read->current()->model_id, "als_20251108_v1");
  EXPECT_EQ(read->current()->path, reserved.directory);
  const auto tree = parse_json(text());
  const json_tree& current = *tree->find("current_best");
  EXPECT_EQ(current.find("selection_metric")->text(), "ndcg@10");
  EXPECT_EQ(current.find("selection_value")->number(), 0.125);
  EXPECT_EQ(current.find("selected_at")->text(), "2025-11-08T15:30:00Z");
  EXPECT_EQ(current.find("registered_at")->text(), "2025-11-08T15:30:00Z");
  EXPECT_EQ(current.find("selected_by")->text(), "freshet train");
}

TEST_F(registry_of_models, registering_without_activation_leaves_the_current_model) {
  add("als");
  add("als", false);
  EXPECT_EQ(registry::read(root_)->current()->model_id, "als_20251108_v1");
}

TEST_F(registry_of_models, refuses_to_register_a_model_twice) {
  const auto reserved = add("als");
  const auto again = register_model(root_, reserved, {.model_type = "als", .audit_log = audit_}, time_);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.failure().code, error_code::conflict);
}

TEST_F(registry_of_models, keeps_what_it_does_not_know) {
  write(R"({"owner": {"team": "shop"}, "current_best": {"model_id": "als_1", "note": "hand-made"},
            "models": {"als_1": {"path": "a", "weight": 1.50}, "als_2": {"path": "b"}}})");
  ASSERT_TRUE(activate_model(root_, "als_2", "me", time_, audit_));
  EXPECT_THAT(text(), AllOf(HasSubstr("\"team\": \"shop\""), HasSubstr("\"weight\": 1.50"),
                            HasSubstr("\"note\": \"hand-made\""), HasSubstr("\"model_id\": \"als_2\"")));
}

TEST_F(registry_of_models, activates_only_models_that_are_there_and_did_not_fail) {
  write(R"({"models": {"als_1": {"status": "failed"}}})");
  EXPECT_EQ(activate_model(root_, "als_2", "me", time_, audit_).failure().code, error_code::not_found);
  EXPECT_EQ(activate_model(root_, "als_1", "me", time_, audit_).failure().code, error_code::conflict);
  EXPECT_FALSE(registry::read(root_)->current());
}

TEST_F(registry_of_models, rolls_back_to_what_served_before_and_further_each_time) {
  const auto first = add("als").model_id;
  const auto second = add("als").model_id;
  time_.advance(std::chrono::minutes(1));
  const auto third = add("als").model_id;
  add("als", /*activate=*/false);
  const auto roll_back = [&] {
    const auto target = rollback_target(root_);
    if (!target) return std::string("nowhere");
    EXPECT_TRUE(rollback_model(root_, *target, "me", time_, audit_));
    EXPECT_EQ(registry::read(root_)->current()->model_id, *target);
    return *target;
  };
  EXPECT_EQ(roll_back(), second);
  EXPECT_EQ(roll_back(), first);
  EXPECT_EQ(roll_back(), "nowhere") << "a model that never served is no way back";
  EXPECT_THAT(*read_file(audit_), HasSubstr("ROLLBACK"));

  ASSERT_TRUE(activate_model(root_, third, "me", time_, audit_));
  EXPECT_EQ(roll_back(), first) << "what was activated on purpose counts again, what was rolled back does not";
}

TEST_F(registry_of_models, rolls_back_to_the_newest_other_model_where_nobody_noted_when_one_served) {
  write(R"({"current_best": "als_3", "models": {"als_1": {"created_at": "2025-01-01"},
            "als_2": {"created_at": "2025-01-02"}, "als_3": {"created_at": "2025-01-03"},
            "als_4": {"created_at": "2025-01-04", "status": "failed"}}})");
  EXPECT_EQ(*rollback_target(root_), "als_2");
  write(R"({"current_best": "als_3", "models": {"als_3": {}}})");
  EXPECT_EQ(rollback_target(root_).failure().code, error_code::not_found);
}

TEST_F(registry_of_models, keeps_the_previous_copy) {
  add("als");
  const std::string before = text();
  add("als");
  EXPECT_EQ(text("registry.json.previous"), before);
}

TEST_F(registry_of_models, writes_an_audit_line_that_nobody_can_forge) {
  add("als");
  add("als", false);
  ASSERT_TRUE(activate_model(root_, "als_20251108_v2", "me\nADMIN", time_, audit_));
  EXPECT_EQ(
      *read_file(audit_),
      "2025-11-08T15:30:00Z - REGISTER_ACTIVATE - model_id=\"als_20251108_v1\" previous=\"\" by=\"freshet train\"\n"
      "2025-11-08T15:30:00Z - REGISTER - model_id=\"als_20251108_v2\" previous=\"als_20251108_v1\" by=\"freshet "
      "train\"\n"
      "2025-11-08T15:30:00Z - ACTIVATE - model_id=\"als_20251108_v2\" previous=\"als_20251108_v1\" "
      "by=\"me\\nADMIN\"\n");
}

TEST_F(registry_of_models, archives_any_model_but_the_current_one) {
  const auto first = add("als").model_id;
  const auto second = add("als").model_id;
  const auto refused = archive_model(root_, second, "me", time_, audit_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::conflict);
  EXPECT_EQ(archive_model(root_, "als_1", "me", time_, audit_).failure().code, error_code::not_found);
  ASSERT_TRUE(archive_model(root_, first, "me", time_, audit_));
  EXPECT_EQ(registry::read(root_)->find(first)->status, "archived");
  EXPECT_FALSE(rollback_target(root_)) << "no rollback goes to what was put away";
  EXPECT_THAT(*read_file(audit_), HasSubstr("ARCHIVE - model_id=\"" + first));
  ASSERT_TRUE(activate_model(root_, first, "me", time_, audit_));
  EXPECT_EQ(registry::read(root_)->find(first)->status, "active");
}

class damaged_registry : public registry_of_models {
 protected:
  damaged_registry() {
    first_ = add("als").model_id;
    second_ = add("als").model_id;
  }
  /// As a crash of some other program's writer would leave it, a while ago.
  void damage(const std::string& file = "registry.json") {
    const auto front = text(file).substr(0, 60);
    std::ofstream(root_ / file) << front;
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::minutes(1);
    fs::last_write_time(root_ / file, long_ago);
  }
  auto recover(const std::string& serving = "") {
    return recover_registry(root_, {.serving = serving, .by = "me", .audit_log = audit_}, time_);
  }

  std::string first_;
  std::string second_;
};

TEST_F(damaged_registry, is_recovered_from_the_previous_copy) {
  damage();
  const auto sentence = recover();
  ASSERT_TRUE(sentence) << sentence.failure().message;
  ASSERT_TRUE(*sentence);
  EXPECT_THAT(**sentence, AllOf(HasSubstr("registry.json.previous"), HasSubstr(first_)));
  EXPECT_EQ(registry::read(root_)->current()->model_id, first_);
  EXPECT_EQ(text("registry.json.damaged").size(), 60U);
  EXPECT_THAT(*read_file(audit_), HasSubstr("RECOVER"));
  EXPECT_EQ(*recover(), std::nullopt) << "once is enough";
}

TEST_F(damaged_registry, keeps_the_model_that_serves_although_the_copy_does_not_know_it) {
  damage();
  ASSERT_TRUE(recover(second_));
  const auto read = registry::read(root_);
  EXPECT_EQ(read->current()->model_id, second_);
  EXPECT_EQ(read->find(second_)->path, root_ / "als/20251108_v2");
  EXPECT_EQ(read->find(second_)->status, "active");
}

TEST_F(damaged_registry, is_left_alone_while_somebody_may_be_writing_it) {
  std::ofstream(root_ / "registry.json") << "{";
  const auto refused = recover();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::unavailable);
  EXPECT_EQ(text(), "{");
}

TEST_F(damaged_registry, without_a_good_copy_is_an_error_that_names_both) {
  damage();
  damage("registry.json.previous");
  const auto refused = recover();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().code, error_code::corrupted);
  EXPECT_THAT(refused.failure().message, AllOf(HasSubstr("registry.json:"), HasSubstr("registry.json.previous")));
}

TEST_F(damaged_registry, is_recovered_once_by_many_at_once) {
  damage();
  std::atomic<int> recoveries{0};
  std::vector<std::thread> all;
  for (int i = 0; i < 8; ++i) {
    all.emplace_back([&] {
      const auto done = recover();
      if (done && *done) ++recoveries;
    });
  }
  for (auto& each : all) each.join();
  EXPECT_EQ(recoveries, 1);
}

TEST_F(registry_of_models, loses_no_model_when_many_register_at_once) {
  std::vector<std::thread> writers;
  for (int i = 0; i < 8; ++i) {
    writers.emplace_back([this] {
      for (int j = 0; j < 5; ++j) add("als");
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(registry::read(root_)->models().size(), 40u);
}

}  // namespace
}  // namespace freshet
