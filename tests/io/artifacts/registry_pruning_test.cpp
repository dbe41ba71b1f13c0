#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "io/artifacts/registry.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class pruning_of_models : public ::testing::Test {
 protected:
  std::string add(bool activate, registration more = {}) {
    const auto reserved = reserve_version(root_, "als", time_);
    EXPECT_TRUE(reserved);
    std::ofstream(reserved->directory / "als_V.npy") << "array";
    more.model_type = "als";
    more.activate = activate;
    more.audit_log = audit_;
    EXPECT_TRUE(register_model(root_, *reserved, more, time_));
    time_.advance(std::chrono::seconds(1));
    return reserved->model_id;
  }
  std::vector<std::string> prune(std::size_t keep, std::vector<std::string> spared = {}) {
    auto done = prune_models(root_, {.keep = keep, .spared = std::move(spared), .by = "a test"}, time_, audit_);
    EXPECT_TRUE(done) << done.failure().message;
    return *done;
  }
  registered_model find(const std::string& id) { return *registry::read(root_)->find(id); }

  testing::temporary_directory directory_;
  fs::path root_ = directory_.path();
  fs::path audit_ = directory_ / "logs/registry_audit.log";
  manual_clock time_{1'762'615'800};
};

TEST_F(pruning_of_models, archives_all_but_the_newest_and_those_that_serve_or_served_before) {
  const auto before = add(true);
  const auto current = add(true);
  const auto old = add(false);
  const auto on_trial = add(false);
  const auto older = add(false);
  const auto newest = add(false);
  EXPECT_THAT(prune(1, {on_trial}), ElementsAre(old, older));
  for (const auto& id : {before, current, on_trial, newest}) {
    EXPECT_EQ(find(id).status, "active") << id;
    EXPECT_TRUE(fs::exists(find(id).path / "als_V.npy")) << id;
  }
  EXPECT_EQ(find(old).status, "archived");
  EXPECT_FALSE(fs::exists(root_ / "als" / find(old).version));
  EXPECT_THAT(prune(1, {on_trial}), IsEmpty()) << "what is archived is not archived again";
  std::ostringstream audit;
  audit << std::ifstream(audit_).rdbuf();
  EXPECT_THAT(audit.str(), HasSubstr("ARCHIVE - model_id=\"" + old + "\""));
}

TEST_F(pruning_of_models, never_deletes_outside_of_the_root) {
  const testing::temporary_directory elsewhere;
  std::ofstream(root_ / "registry.json") << R"({"models": {"als_20200101_v1": {"path": ")" << elsewhere.path().string()
                                         << R"("}, "als_20200101_v2": {"path": "."}}})";
  EXPECT_THAT(prune(0), IsEmpty());
  EXPECT_TRUE(fs::exists(elsewhere.path()));
  EXPECT_TRUE(fs::exists(root_));
}

TEST_F(pruning_of_models, keeps_why_a_model_failed_and_what_it_was_compared_with) {
  const auto id = add(true, {.failure = "refused",
                             .gate = gate_figures{.metric = "ndcg@10", .candidate = .1, .current = .2, .cases = 7},
                             .trained_events = 12});
  const auto read = registry::read(root_);
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->current()) << "what failed does not serve";
  EXPECT_EQ(find(id).status, "failed");
  EXPECT_EQ(find(id).reason, "refused");
  EXPECT_EQ(find(id).trained_events, 12U);
  EXPECT_THAT(find(id).gate, HasSubstr("\"current\":0.2"));
  EXPECT_FALSE(activate_model(root_, id, "a test", time_, audit_));
}

}  // namespace
}  // namespace freshet
