#include "core/evaluation/hybrid_evaluation.hpp"

#include <gtest/gtest.h>

#include "core/models/popularity/popularity.hpp"

namespace freshet {
namespace {

/// One user who touched row 0 and whose held-out item is row 3, the least popular of four.
struct one_user {
  one_user() {
    cases.told = [](user_row, std::uint32_t) { return user_interactions{.strengths = {{item_row{0}, 1}}}; };
    cases.add({.user = user_row{0}, .ts = 2}, {item_row{3}});
    known.content = matrix<float>(4, 2);
    known.content.values() = {1, 0, 0, 1, 0, 1, 1, 0};
    known.popularity = {0, 0, 0, 0};
    known.quality = {3, 3, 3, 3};
    known.interactions = {0, 0, 0, 0};
  }

  evaluation_cases cases;
  item_signals known;
  popularity_model popular{{4, 3, 2, 1}};
};

TEST(hybrid_evaluation, finds_by_content_what_the_model_ranks_last) {
  const one_user given;
  const hybrid_evaluation_options options{
      .topk = {1, 3}, .rerank = {.weights = {.content = 1}, .cf_range = {1, 4}}, .threads = 1};
  const auto lengths = evaluate_hybrid(given.popular, given.cases, given.known, options);
  ASSERT_EQ(lengths.size(), 2U);
  EXPECT_EQ(lengths[0].model_alone.ndcg, 0);
  EXPECT_EQ(lengths[0].reranked.ndcg, 1);
  EXPECT_EQ(lengths[1].model_alone.mrr, 1.0 / 3);
  EXPECT_EQ(lengths[1].reranked.mrr, 1);
}

TEST(hybrid_evaluation, reranks_only_the_candidates_of_each_length) {
  const one_user given;
  hybrid_evaluation_options options{
      .topk = {1, 2}, .candidate_multiplier = 2, .rerank = {.weights = {.content = 1}}, .threads = 1};
  const auto lengths = evaluate_hybrid(given.popular, given.cases, given.known, options);
  EXPECT_EQ(lengths[0].reranked.recall, 0) << "row 3 is third";
  EXPECT_EQ(lengths[1].reranked.recall, 1);
}

TEST(hybrid_evaluation, agrees_with_the_protocol_on_the_model_alone) {
  const one_user given;
  const auto lengths = evaluate_hybrid(given.popular, given.cases, given.known, {.topk = {3}});
  const auto report = evaluate(given.popular, given.cases, {.topk = {3}});
  EXPECT_EQ(lengths[0].model_alone, report.by_length[0].mean);
}

}  // namespace
}  // namespace freshet
