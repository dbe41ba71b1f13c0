#include "io/artifacts/model_transfer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>

#include "io/artifacts/check_model.hpp"
#include "io/files/atomic_file.hpp"
#include "tests/io/artifacts/small_model.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::small_als;
using testing::temporary_directory;

class model_transfer : public ::testing::Test {
 protected:
  registered_model registered(const fs::path& root, std::uint64_t seed = 7) {
    const auto reserved = reserve_version(root, "als", time_);
    EXPECT_TRUE(reserved);
    EXPECT_TRUE(save_model(reserved->directory, small_als(seed)));
    EXPECT_TRUE(register_model(root, *reserved,
                               {.model_type = "als", .metrics = {{"ndcg@10", .25}}, .audit_log = audit_}, time_));
    return *registry::read(root)->find(reserved->model_id);
  }
  result<imported_model> import_from(const fs::path& source, bool activate = false, const fs::path& mappings = {}) {
    return import_model(
        there_, {.source = source, .mappings = mappings, .activate = activate, .by = "me", .audit_log = audit_}, time_);
  }
  bool nothing_is_left() {
    for (const auto& each : fs::recursive_directory_iterator(there_)) {
      if (each.path().extension() == ".npy" || each.path().filename().string().starts_with(".import")) return false;
    }
    return true;
  }
  /// As a Python program saves it: bare names, ids beside it.
  fs::path python_directory() {
    const auto path = directory_ / "python";
    EXPECT_TRUE(save_model(directory_ / "whole", small_als()));
    fs::create_directory(path);
    fs::copy_file(directory_ / "whole/als_U.npy", path / "U.npy");
    fs::copy_file(directory_ / "whole/als_V.npy", path / "V.npy");
    fs::copy_file(directory_ / "whole/als_params.json", path / "params.json");
    return path;
  }
  void write_shared_mappings(const fs::path& path) {
    std::ofstream(path) << R"({"user_to_idx": )" << *read_file(directory_ / "whole/user_mapping.json")
                        << R"(, "item_to_idx": )" << *read_file(directory_ / "whole/item_mapping.json") << "}";
  }

  temporary_directory directory_;
  fs::path here_ = directory_ / "here";
  fs::path there_ = directory_ / "there";
  fs::path audit_ = directory_ / "audit.log";
  manual_clock time_{1'762'615'800};  // 2025-11-08
};

TEST_F(model_transfer, carries_a_model_with_its_id_and_metrics_to_another_root) {
  const auto model = registered(here_);
  for (const char* ending : {".tar.zst", ".tar.gz"}) {
    const auto archive = directory_ / (std::string("model") + ending);
    const auto exported = export_model(model, archive);
    ASSERT_TRUE(exported) << exported.failure().message;
    fs::remove_all(there_);
    const auto done = import_from(archive);
    ASSERT_TRUE(done) << done.failure().message;
    EXPECT_EQ(done->model_id, model.model_id);
    EXPECT_EQ(done->renamed_from, "");
    const auto read = registry::read(there_);
    EXPECT_FALSE(read->current()) << "it serves only when that is asked for";
    const auto found = read->find(model.model_id);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->metrics.at("ndcg@10"), .25);
    EXPECT_EQ(load_model(found->path)->item_ids, load_model(model.path)->item_ids);
  }
}

TEST_F(model_transfer, takes_the_next_version_where_the_id_is_taken) {
  const auto model = registered(here_);
  registered(there_);
  ASSERT_TRUE(export_model(model, directory_ / "m.tar"));
  const auto done = import_from(directory_ / "m.tar", /*activate=*/true);
  ASSERT_TRUE(done) << done.failure().message;
  EXPECT_EQ(done->model_id, "als_20251108_v2");
  EXPECT_EQ(done->renamed_from, "als_20251108_v1");
  EXPECT_EQ(registry::read(there_)->current()->model_id, "als_20251108_v2");
}

TEST_F(model_transfer, an_unpacked_archive_is_an_artifacts_root) {
  const auto model = registered(here_);
  ASSERT_TRUE(export_model(model, directory_ / "m.tar"));
  fs::create_directory(there_);
  ASSERT_EQ(std::system(("tar xf " + (directory_ / "m.tar").string() + " -C " + there_.string()).c_str()), 0);
  const auto current = registry::read(there_)->current();
  ASSERT_TRUE(current);
  EXPECT_EQ(current->model_id, model.model_id);
  EXPECT_TRUE(load_model(current->path));
}

TEST_F(model_transfer, imports_a_directory_under_its_version) {
  const auto model = registered(here_);
  const auto done = import_from(model.path);
  ASSERT_TRUE(done) << done.failure().message;
  EXPECT_EQ(done->model_id, model.model_id);
  EXPECT_TRUE(load_model(done->directory));
  EXPECT_TRUE(load_model(model.path)) << "it is a copy";
  EXPECT_THAT(import_from(here_).failure().message, HasSubstr("registry of models"));
}

TEST_F(model_transfer, imports_what_a_python_program_left) {
  const auto python = python_directory();
  EXPECT_THAT(import_from(python).failure().message, HasSubstr("--mappings"));
  write_shared_mappings(directory_ / "user_item_mappings.json");
  const auto done = import_from(python, false, directory_ / "user_item_mappings.json");
  ASSERT_TRUE(done) << done.failure().message;
  EXPECT_EQ(done->model_id, "als_20251108_v1");
  EXPECT_EQ(load_model(done->directory)->item_ids, small_als().item_ids);
  EXPECT_EQ(load_model(done->directory)->user_ids, small_als().user_ids);

  write_shared_mappings(python / "user_item_mappings.json");
  ASSERT_EQ(
      std::system(
          ("tar czf " + (directory_ / "p.tar.gz").string() + " -C " + directory_.path().string() + " python").c_str()),
      0);
  const auto packed = import_from(directory_ / "p.tar.gz");
  ASSERT_TRUE(packed) << packed.failure().message;
  EXPECT_EQ(packed->model_id, "als_20251108_v2");
}

TEST_F(model_transfer, of_a_damaged_model_leaves_nothing_behind) {
  const auto model = registered(here_);
  ASSERT_TRUE(export_model(model, directory_ / "m.tar"));
  const auto victim = model.path / "als_V.npy";
  std::string bytes = *read_file(victim);
  bytes[bytes.size() / 2] ^= 1;
  std::ofstream(victim, std::ios::binary) << bytes;
  EXPECT_THAT(export_model(model, directory_ / "n.tar").failure().message, HasSubstr("als_V.npy"));
  EXPECT_FALSE(fs::exists(directory_ / "n.tar"));
  EXPECT_THAT(import_from(model.path).failure().message, HasSubstr("als_V.npy"));
  fs::resize_file(directory_ / "m.tar", fs::file_size(directory_ / "m.tar") / 2);
  EXPECT_FALSE(import_from(directory_ / "m.tar"));
  EXPECT_FALSE(import_from(directory_ / "absent.tar"));
  EXPECT_TRUE(nothing_is_left());
  EXPECT_TRUE(registry::read(there_)->models().empty());
}

TEST_F(model_transfer, a_check_names_every_damaged_file) {
  const auto model = registered(here_);
  EXPECT_TRUE(check_model(model.path).passed());
  fs::resize_file(model.path / "als_V.npy", 100);
  fs::remove(model.path / "user_mapping.json");
  const auto check = check_model(model.path);
  EXPECT_FALSE(check.passed());
  std::map<std::string, std::string> problems;
  for (const auto& each : check.files) {
    EXPECT_TRUE(each.has_checksum) << each.name;
    if (!each.problem.empty()) problems[each.name] = each.problem;
  }
  EXPECT_THAT(problems, ::testing::ElementsAre(std::pair("als_V.npy", "does not match its checksum"),
                                               std::pair("user_mapping.json", "is missing")));
  ASSERT_TRUE(check.problem);
  EXPECT_FALSE(check_model(directory_ / "nowhere").passed());
}

}  // namespace
}  // namespace freshet
