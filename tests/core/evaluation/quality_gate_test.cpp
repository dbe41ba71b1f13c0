#include "core/evaluation/quality_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet {
namespace {

using ::testing::HasSubstr;

gate_figures figures(double candidate, std::optional<double> current) {
  return {.metric = "ndcg@10",
          .candidate = candidate,
          .current = current,
          .current_model_id = "als_20261123_v1",
          .min_ratio = .98,
          .cases = 100};
}

TEST(quality_gate, opens_for_what_is_nearly_as_good) {
  EXPECT_TRUE(passes(figures(.0981, .1)));
  EXPECT_TRUE(passes(figures(.2, .1)));
  EXPECT_FALSE(passes(figures(.0979, .1)));
  EXPECT_FALSE(passes(figures(0, .1)));
}

TEST(quality_gate, opens_for_the_first_model_and_where_nothing_is_named) {
  EXPECT_TRUE(passes(figures(0, std::nullopt)));
  EXPECT_TRUE(passes(figures(0, 0)));
}

TEST(quality_gate, says_both_figures) {
  EXPECT_EQ(in_words(figures(.05, .1)),
            "ndcg@10 0.05 of the candidate is 0.5 of the 0.1 of als_20261123_v1, below 0.98");
  EXPECT_THAT(in_words(figures(.1, .1)), HasSubstr("enough for 0.98"));
  EXPECT_THAT(in_words(figures(.1, std::nullopt)), HasSubstr("no model to compare"));
}

}  // namespace
}  // namespace freshet
