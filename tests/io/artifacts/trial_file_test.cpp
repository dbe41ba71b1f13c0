#include "io/artifacts/trial_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "io/files/atomic_file.hpp"
#include "tests/support/temporary_directory.hpp"

namespace freshet {
namespace {

using ::testing::HasSubstr;

const search_identity identity{.model = "als", .metric = "ndcg@20", .seed = 42, .data = "9f"};

const std::vector<trial> some_trials{
    {.number = 0,
     .tried = {{"factors", 64.0}, {"loss", "warp"}},
     .value = 0.1 + 0.2,
     .curve = {{1, 0.1}, {2, 0.2}},
     .seconds = 1.5},
    {.number = 1, .tried = {{"factors", 1e-7}}, .state = trial_state::pruned, .value = 0.125, .curve = {{1, 0.125}}},
    {.number = 2, .tried = {{"on", true}}, .state = trial_state::failed, .why = "the loss is \"nan\"\nat step 2"}};

class trials_in_a_file : public ::testing::Test {
 protected:
  std::unique_ptr<trial_file> open(const search_identity& of = identity) {
    auto opened = trial_file::open(path_, of);
    EXPECT_TRUE(opened) << opened.failure().message;
    return opened ? *std::move(opened) : nullptr;
  }
  std::string refusal(const search_identity& of = identity) {
    const auto opened = trial_file::open(path_, of);
    return opened ? "opened" : opened.failure().message;
  }
  void write(const std::vector<trial>& trials) {
    const auto file = open();
    for (const auto& each : trials) ASSERT_TRUE(file->append(each));
  }

  testing::temporary_directory directory_;
  std::filesystem::path path_ = directory_.path() / "below" / "trials.ndjson";
};

TEST_F(trials_in_a_file, are_there_when_it_is_opened_again) {
  write(some_trials);
  EXPECT_EQ(open()->trials(), some_trials);
}

TEST_F(trials_in_a_file, survive_a_last_line_cut_anywhere) {
  write(some_trials);
  const std::string whole = read_file(path_).value();
  const auto last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t size = last; size < whole.size(); ++size) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    const auto file = open();
    ASSERT_EQ(file->trials().size(), 2U) << "cut at " << size;
    ASSERT_TRUE(file->append(some_trials[2]));
    EXPECT_EQ(read_file(path_).value(), whole);
  }
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << R"({"search": {"mod)";
  EXPECT_TRUE(open()->trials().empty());
}

TEST_F(trials_in_a_file, of_another_search_are_refused_with_what_differs) {
  write({});
  EXPECT_THAT(refusal({"bpr", "ndcg@20", 42, "9f"}), HasSubstr("model als, not bpr"));
  EXPECT_THAT(refusal({"als", "hr@10", 42, "9f"}), HasSubstr("metric ndcg@20, not hr@10"));
  EXPECT_THAT(refusal({"als", "ndcg@20", 7, "9f"}), HasSubstr("seed 42, not 7"));
  EXPECT_THAT(refusal({"als", "ndcg@20", 42, "a0"}), HasSubstr("other events or parameters"));
}

TEST_F(trials_in_a_file, that_is_damaged_are_refused_by_line) {
  write(some_trials);
  std::string text = read_file(path_).value();
  text.replace(text.find("pruned"), 6, "prunes");
  std::ofstream(path_, std::ios::trunc) << text;
  EXPECT_THAT(refusal(), HasSubstr("line 3 is not trial 1"));
  std::ofstream(path_, std::ios::trunc) << "user,item\n";
  EXPECT_THAT(refusal(), HasSubstr("is no file of trials"));
}

TEST_F(trials_in_a_file, belong_to_one_search_at_a_time) {
  const auto first = open();
  EXPECT_THAT(refusal(), HasSubstr("still runs"));
}

}  // namespace
}  // namespace freshet
